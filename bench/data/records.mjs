// The records that everybody is measured with: the same on every machine, because they come from a counted seed.
// Node.js seeds the servers with them, the pages check what they hold against them.

export const SEED = 20261125;

/** What a record holds beside its id, in the order in which it is checked. */
export const FIELDS = [
  'name', 'legal_representative', 'established_on', 'registered_capital', 'address', 'industry', 'industry_chain',
  'contact_name', 'contact_mobile', 'qualifications',
];

/** The field that the edits change. */
export const EDITED = 'contact_mobile';

/** Bytes of one record as JSON, on average; each has up to a seventh more or less. */
const BYTES = 1_038;

const PLACES = ['柯城', '衢江', '龙游', '江山', '常山', '开化', '智造新城', '高新片区', '经开区', '航埠镇'];
const TRADES = ['氟硅新材料', '电子化学品', '特种纸业', '轴承制造', '空压机械', '锂电材料', '半导体材料', '生物科技'];
const BRANDS = ['瑞衢', '柯诚', '信安', '烂柯', '浙西', '恒昌', '鼎盛', '华屹', '中晟', '金桥', '永拓', '天元'];
const SURNAMES = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙'];
const GIVEN = ['建国', '志强', '晓燕', '丽华', '文斌', '海涛', '雪梅', '永康', '国栋', '春芳'];
const PHRASES = [
  '企业持有发明专利', '拟以专利权质押融资', '上年度营业收入', '研发费用占比', '已与银行洽谈授信', '评估报告待出具',
  '设备更新资金缺口', '订单充足而流动资金不足', '希望了解贴息政策', '专利年费按期缴纳', '商标正在续展',
  '建议下周陪同银行回访', '财务报表已收齐', '法定代表人同意提供担保', '厂房为租赁', '产品出口东南亚',
];

/** mulberry32: 32 bits of state are plenty for ten thousand records. */
export function randomness(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const utf8 = new TextEncoder();
const bytes = (record) => utf8.encode(JSON.stringify(record)).length;

/** `count` records, sorted by id as they were made. */
export function records(count) {
  const random = randomness(SEED);
  const below = (limit) => Math.floor(random() * limit);
  const pick = (list) => list[below(list.length)];
  const hex = (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  const two = (number) => String(number).padStart(2, '0');
  return Array.from({ length: count }, (_, index) => {
    // A UUIDv7 of a made-up instant, one second after the one before it.
    const time = (1_760_000_000_000 + index * 1_000).toString(16).padStart(12, '0');
    const trade = pick(TRADES);
    const record = {
      id: `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`,
      name: `衢州${pick(BRANDS)}${trade}有限公司${index + 1}号`,
      legal_representative: pick(SURNAMES) + pick(GIVEN),
      established_on: `${1998 + below(27)}-${two(1 + below(12))}-${two(1 + below(28))}`,
      registered_capital: (1 + below(12_000)) * 1_000_000,
      address: `衢州市${pick(PLACES)}创业大道${1 + below(300)}号${1 + below(30)}幢`,
      industry: trade,
      industry_chain: pick(['新材料', '新能源', '集成电路', '智能装备', '生命健康', '特种纸']),
      contact_name: pick(SURNAMES) + pick(GIVEN),
      contact_mobile: `1380570${String(index % 10_000).padStart(4, '0')}`,
      qualifications: '',
    };
    const wanted = BYTES * (0.85 + random() * 0.3);
    // Each phrase with a number of its own, so that compression finds what it would find in real words.
    for (let left = wanted - bytes(record); left > 15;) {
      const part = `${pick(PHRASES)}${below(100_000)}；`;
      // Neither field may grow above 200 characters: this project's server would refuse it.
      const field = record.qualifications.length + part.length <= 200 ? 'qualifications' : 'address';
      record[field] += part;
      left -= utf8.encode(part).length;
    }
    return record;
  });
}

/** The edits: every record's turn comes at equal steps. */
export function edits(all, count) {
  return Array.from({ length: count }, (_, index) => ({
    id: all[Math.floor((index * all.length) / count)].id,
    value: `1390570${String(index).padStart(4, '0')}`,
  }));
}

/** The records after the edits. */
export function edited(all, changes) {
  const values = new Map(changes.map(({ id, value }) => [id, value]));
  return all.map((record) => (values.has(record.id) ? { ...record, [EDITED]: values.get(record.id) } : record));
}

/** FNV-1a over the UTF-16 units of the id and the fields, each ended by a unit of its own. */
export function checksum(record, id = record.id) {
  let hash = 0x811c9dc5;
  const take = (text) => {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 1, 0x01000193);
  };
  take(id);
  for (const field of FIELDS) take(String(record[field] ?? ''));
  return hash >>> 0;
}

/** Number of records and sum of their checksums: the order does not matter, every character does. */
export function digest(all, idOf = (record) => record.id) {
  return { rows: all.length, sum: all.reduce((sum, record) => sum + checksum(record, idOf(record)), 0) };
}
