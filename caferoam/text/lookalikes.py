"""Words that contain an alias and mean something else.

The matcher recognises them and reports nothing, so the alias inside is not found: 工作人員 (staff) is not 工作 (work).
"""

LOOKALIKES: tuple[str, ...] = (
    # around 工作, work
    *("工作人員", "工作室", "工作日", "工作天", "工作坊"),
    *("工作態度", "工作夥伴", "工作伙伴", "工作團隊", "工作流程", "工作壓力"),
    *("工作經驗", "工作機會", "工作關係", "找工作", "換工作", "上班工作"),
    # a word that ends in the first character of an alias: 非常 + 客氣 is no 常客
    *("非常", "常常", "經常", "常客滿", "日常", "平常"),
    *("多肉桂", "紅豆奶", "像家人", "極品咖啡", "誠品咖啡", "桃園區", "收藏在"),
    # who had not booked says nothing about whether one can
    *("沒有訂位", "沒訂位", "無訂位", "沒有先訂位", "沒先訂位", "沒有預約", "沒預約", "沒有事先訂位"),
    # 吵: quarrels, waking up, scenes
    *("吵架", "吵醒", "大吵"),
    # places, shops and dishes
    *("森林公園", "黑森林", "林家花園", "花園夜市", "植物園", "植物肉", "植物堡"),
    *("風景區", "寶藏巖", "古典玫瑰園", "藝文特區", "藝文中心"),
    *("昭和布丁", "幫忙拍照", "幫我們拍照", "拍照片", "忘記拍照", "忘了拍照"),
    *("熱水洗", "用水洗"),
    # 限時: an offer, not a seat
    *("限時優惠", "限時特價", "限時特惠", "限時折扣", "限時活動", "限時供應", "限時限量"),
    *("有限時優惠", "有限時特價", "有限時特惠", "有限時折扣", "有限時活動"),
    *("up to date", "to date"),
)
