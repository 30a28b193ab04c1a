"""Chinese, in simplified and traditional characters. Words are not parted by spaces: each phrase is plain text."""

from __future__ import annotations

from monitor.core.revision.lexicon.entry import Lexicon, phrases, words

ZH = Lexicon(
    lang="zh",
    spaced=False,
    point=True,
    numbers={c: i for i, c in enumerate("零一二三四五六七八九十")} | {"〇": 0, "两": 2, "兩": 2, "壹": 1, "贰": 2, "叁": 3},
    scales={"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12},
    at_least=phrases("至少|超过|超過|逾|不少于|不少於|多于|高达|高達|最少|起码|突破|不低于"),
    at_most=phrases("最多|至多|多达|多達|不超过|不超過|不到|不足|少于|低于|未满"),
    about=phrases("约|約|大约|大約|近|将近|接近|大概|左右|估计|上下"),
    at_least_after=phrases("以上|多|余|餘|几"),
    at_most_after=phrases("以下|以内|之内"),
    about_after=phrases("左右|上下|前后"),
    between=phrases("至|到|~|～|—|-"),
    percent=phrases("个百分点|個百分點|百分点"),
    money={"美元|美金": "$", "欧元|歐元": "€", "英镑|英鎊": "£", "日元|日圆": "¥", "人民币|人民幣|元": "元", "卢布|盧布": "₽", "港元|港币": "HK$", "韩元": "₩", "新台币|台币": "NT$"},
    age_after=phrases("岁|歲"),
    times=phrases("年|月|日|号|號|时|時|点|點|分|秒|世纪|年代|周年"),
    labels=phrases("第|航班|波音|空客|条|№|号楼|周|星期|礼拜"),
    functions=words("人 名 个 個 枚 件 架 辆 輛 座 次 位 家 所 只 隻 艘 颗 顆 发 發 具 间 間 户 戶 套 台 部 起 场 場 项 項 条 條 张 張 份 支 吨 噸 公里 米 公斤 小时 小時 天 票 度 级 級 种 種 国 國 倍 页 棵 匹 头 封 批 例 处 處 桶 亩 公顷 平方米 平方公里 立方米"),
    says=phrases("表示|指出|宣布|宣佈|宣称|声称|聲稱|强调|強調|写道|寫道|回应|回應|透露|介绍|解释|解釋|补充|補充|告诉|告訴|警告|承认|承認|否认|否認|坦言|认为|認為|呼吁|呼籲|证实|證實|称|稱|说|說|问|問|道|统计有|公布的|喊|重申|直言|回忆|通报|形容"),
    by=phrases("据|根据|據|根據|按照|援引"),
    pronouns=words("他 她 他们 她们 它 我 我们"),
    linkers=words("并 且 还 也 则 又 而 但 因此 对此 随后 当日 周一 周二 周三 周四 周五 周六 周日 昨日 今日 曾 向 对 在"),
    hedges=phrases("据称|據稱|据报|據報|据报道|據報導|据传|據傳|可能|疑似|疑为|或许|或許|似乎|涉嫌|据信|據信|据说|據說|传闻|傳聞|未经证实|未經證實|尚未证实|尚未證實|尚未确认|未获证实|大概|恐怕|恐已|看来|相信是|据悉|被指|或将|或已|估计是|所谓|所謂|未经核实|有待证实"),
    corrected=phrases("更正|勘误|勘誤|更正启事|澄清|更正说明|纠正|订正|訂正"),
    corrects=phrases("早前版本|先前版本|较早版本|此前版本|之前版本|早期版本|现已更正|已更正|现予更正|予以更正|更正为|特此更正|而非此前|而非先前|谨此致歉"),
    remarks=phrases("版本|更正|而非|致歉|更新|增加了|加入了|已加入"),
    faults=phrases(r"有误|错误|錯誤|更正|误称|致歉|早前版本|先前版本|此前"),
    updated=phrases("更新|编者按|編者按|编者注|更新说明|最新"),
    updates=phrases("本文已更新|本文已加入|已更新|内容有更新|增加了|加入了"),
    stamped=phrases("更新时间|更新時間|更新于|更新於|最后更新|最後更新|发布时间|發佈時間|发表于|发布于|更新|修改时间"),
    negations=words("不 没 沒 未 无 無 非 否"),
)  # fmt: skip
