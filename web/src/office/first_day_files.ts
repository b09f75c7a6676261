// Made by `.venv/bin/python -m simulation.sample.first_day`: change that, not this.
export const UNIT = "PB9900";

export const FILES = {
  units: `unit_code,name,address,tax_code,phone
PB9900,Điện lực Tập Dượt,"Số 1 đường Tập Dượt, xã Cái Nước, tỉnh Cà Mau",9999000005,0950 000 990
`,
  collectors: `collector_code,name,phone,unit_code,active
TN9900001,Nguyễn Văn Mẫu,0951 999 000,PB9900,true
`,
  routes: `route_code,name,unit_code,collector_code
PB9900-001,"Xã Cái Nước, ấp Cái Rô",PB9900,TN9900001
PB9900-002,"Xã Cái Nước, ấp Kinh Mới",PB9900,TN9900001
`,
  customers: `customer_code,name,address,phone,tax_code,unit_code,route_code,place_in_route,price_group,households,active
PB99000000105,Trần Thị Thủy,"Tổ 1, ấp Cái Rô, xã Cái Nước, tỉnh Cà Mau",0959300000,,PB9900,PB9900-001,1,household,1,true
PB99000000203,Mai Minh An,"Tổ 1, ấp Cái Rô, xã Cái Nước, tỉnh Cà Mau",0954954437,,PB9900,PB9900-001,2,household,1,true
PB99000000196,Nguyễn Thúy Trang,"Tổ 1, ấp Cái Rô, xã Cái Nước, tỉnh Cà Mau",0957608874,,PB9900,PB9900-001,3,household,1,true
PB99000000189,Quán cà phê Hưng Tiến,"Tổ 1, ấp Cái Rô, xã Cái Nước, tỉnh Cà Mau",0953263311,,PB9900,PB9900-001,4,household:70;business_lt6kv:30,1,true
PB99000000177,Huỳnh Nhật Long,"Tổ 1, ấp Cái Rô, xã Cái Nước, tỉnh Cà Mau",0955917748,,PB9900,PB9900-001,5,household,1,true
PB99000000175,Huỳnh Hữu Nhân,"Tổ 1, ấp Cái Rô, xã Cái Nước, tỉnh Cà Mau",+84958572185,,PB9900,PB9900-001,6,household,1,true
PB99000000169,Nguyễn Kim Duyên,"Tổ 1, ấp Cái Rô, xã Cái Nước, tỉnh Cà Mau",0954226622,,PB9900,PB9900-001,7,household,1,true
PB99000000158,Nguyễn Ngọc Long,"Tổ 1, ấp Cái Rô, xã Cái Nước, tỉnh Cà Mau",0956881059,,PB9900,PB9900-001,8,household,1,true
PB99000000155,Phan Thị Hồng,"Tổ 1, ấp Kinh Mới, xã Cái Nước, tỉnh Cà Mau",0959 535 496,,PB9900,PB9900-002,1,household,1,true
PB99000000143,Nguyễn Thị Vân,"Tổ 1, ấp Kinh Mới, xã Cái Nước, tỉnh Cà Mau",+84955189933,,PB9900,PB9900-002,2,household,1,true
PB99000000135,Quách Mỹ Ánh,"Tổ 1, ấp Kinh Mới, xã Cái Nước, tỉnh Cà Mau",0957.844.370,,PB9900,PB9900-002,3,household,1,true
PB99000000133,Nguyễn Công Phong,"Tổ 1, ấp Kinh Mới, xã Cái Nước, tỉnh Cà Mau",0953498807,,PB9900,PB9900-002,4,household,1,true
PB99000000121,Nguyễn Bảo Đạt,"Tổ 1, ấp Kinh Mới, xã Cái Nước, tỉnh Cà Mau",0956153244,,PB9900,PB9900-002,5,household,1,true
PB99000000115,Nguyễn Tuyết Nhi,"Tổ 1, ấp Kinh Mới, xã Cái Nước, tỉnh Cà Mau",0958807681,,PB9900,PB9900-002,6,household,1,true
PB99000000109,Bùi Phước Bình,"Tổ 1, ấp Kinh Mới, xã Cái Nước, tỉnh Cà Mau",0954462118,,PB9900,PB9900-002,7,household,1,true
`,
  meters: `meter_number,customer_code,multiplier,digits,installed_on
144900000,PB99000000105,1,5,2014-07-03
084900001,PB99000000203,1,5,2008-11-07
144900002,PB99000000196,1,5,2014-09-05
084900003,PB99000000189,1,5,2008-01-09
214900004,PB99000000177,1,6,2021-09-05
174900005,PB99000000175,1,5,2017-03-11
124900006,PB99000000169,1,5,2012-11-07
164900007,PB99000000158,1,5,2016-04-12
124900008,PB99000000155,1,5,2012-01-09
224900009,PB99000000143,1,6,2022-03-11
084900010,PB99000000135,1,5,2008-11-07
104900011,PB99000000133,1,5,2010-05-01
204900012,PB99000000121,1,6,2020-07-03
084900013,PB99000000115,1,5,2008-02-10
254900014,PB99000000109,1,6,2025-02-10
`,
  readings: `customer_code,meter_number,register,cycle,month,year,period_from,period_to,old_reading,new_reading,cut_days,cos_phi,due_date
PB99000000105,144900000,KT,1,{month},{year},{from},{to},24387,24615,0,,
PB99000000203,084900001,KT,1,{month},{year},{from},{to},44437,44531,0,,
PB99000000196,144900002,KT,1,{month},{year},{from},{to},52540,52773,0,,
PB99000000189,084900003,KT,1,{month},{year},{from},{to},3250,3408,0,,
PB99000000177,214900004,KT,1,{month},{year},{from},{to},972883,973048,0,,
PB99000000175,174900005,KT,1,{month},{year},{from},{to},22880,23094,0,,
PB99000000169,124900006,KT,1,{month},{year},{from},{to},93071,93282,0,,
PB99000000158,164900007,KT,1,{month},{year},{from},{to},78939,79216,0,,
PB99000000155,124900008,KT,1,{month},{year},{from},{to},54582,54888,0,,
PB99000000143,224900009,KT,1,{month},{year},{from},{to},10751,10832,0,,
PB99000000135,084900010,KT,1,{month},{year},{from},{to},76964,77112,0,,
PB99000000133,104900011,KT,1,{month},{year},{from},{to},68830,68992,0,,
PB99000000121,204900012,KT,1,{month},{year},{from},{to},365756,365956,0,,
PB99000000115,084900013,KT,1,{month},{year},{from},{to},19974,20283,0,,
PB99000000109,254900014,KT,1,{month},{year},{from},{to},69735,69827,0,,
`,
} as const;
