#include "store/keys.h"

#include "base/ids.h"

namespace kairan::store {

Partition partition_of(std::string_view address, Partition partitions) {
  // FNV's low bits depend on the low bits of the text only; fold the high half in before dividing.
  const std::uint64_t hash = stable_hash(address);
  return static_cast<Partition>((hash ^ (hash >> 32)) % partitions);
}

namespace keys {
namespace {

const std::string kStaff = "{staff}:";  // one slot: a session and its account are read together

std::string with(Partition p, const char* name) {
  std::string key = tag(p);
  key += name;
  return key;
}

/// All keys of one broadcast lie together.
std::string under(std::string_view id, std::string_view name) {
  std::string key = "{b:";
  key += id;
  key += '}';
  key += name;
  return key;
}

}  // namespace

std::string tag(Partition p) {
  std::string number = std::to_string(p);
  if (number.size() < 2) number.insert(0, 1, '0');
  return "{p" + number + "}";
}

std::string installation() {
  return "kairan";
}
std::string members() {
  return "members";
}
std::string gaps() {
  return "gaps";
}
std::string restored() {
  return "restored";
}
std::string alert_rules() {
  return "alerts:rules";
}
std::string alerts() {
  return "alerts";
}
std::string safety() {
  return "safety";
}
std::string shelters() {
  return "shelters";
}
std::string alerts_taken() {
  return "alerts:taken";
}
std::string broadcasts() {
  return "broadcasts";
}
std::string broadcasts_open() {
  return "broadcasts:open";
}
std::string broadcasts_due() {
  return "broadcasts:due";
}
std::string broadcasts_wake() {
  return "broadcasts:wake";
}
std::string broadcast(std::string_view id) {
  return under(id, ":h");
}
std::string ledger(std::string_view id) {
  return under(id, ":m");
}
std::string ledger_texts(std::string_view id) {
  return under(id, ":t");
}
std::string ledger_audience(std::string_view id, Partition p) {
  return under(id, ":a:") + std::to_string(p);
}
std::string ledger_rows(std::string_view id) {
  return under(id, ":l");
}
std::string ledger_requests(std::string_view id) {
  return under(id, ":q");
}
std::string ledger_due(std::string_view id) {
  return under(id, ":due");
}
std::string rate_line(std::string_view name) {
  return "rate:" + std::string(name);
}
std::string broadcast_clicks(std::string_view id) {
  return under(id, ":clicks");
}
std::string links() {
  return "links";
}
std::string chain_log(std::string_view name) {
  return "{" + std::string(name) + "}:log";
}
std::string chain_head(std::string_view name) {
  return "{" + std::string(name) + "}:head";
}
std::string chain_ids(std::string_view name) {
  return "{" + std::string(name) + "}:ids";
}
std::string frames() {
  return "frames";
}
std::string notices() {
  return "{notices}:queue";
}
std::string notices_worker() {
  return "{notices}:worker";
}
std::string notices_seen() {
  return "{notices}:seen";
}
std::string inbox(Partition p) {
  return with(p, ":in");
}
std::string seen(Partition p, std::int64_t day) {
  return with(p, ":s:") + std::to_string(day);
}
std::string lease(Partition p) {
  return with(p, ":lease");
}
std::string outbox(Partition p) {
  return with(p, ":out");
}
std::string fails(Partition p) {
  return with(p, ":fails");
}
std::string dead(Partition p) {
  return with(p, ":dead");
}
std::string counters(Partition p) {
  return with(p, ":n");
}
std::string conversation(Partition p, std::uint32_t ordinal) {
  return with(p, ":c:") + std::to_string(ordinal);
}
std::string subscriber_next(Partition p) {
  return with(p, ":next");
}
std::string subscriber_addresses(Partition p) {
  return with(p, ":addr");
}
std::string subscriber_long_addresses(Partition p) {
  return with(p, ":long");
}
std::string subscriber_ids(Partition p, std::uint32_t bucket) {
  return with(p, ":i:") + std::to_string(bucket);
}
std::string subscriber_times(Partition p) {
  return with(p, ":t");
}
std::string bitmap(Partition p, std::string_view name) {
  return with(p, ":b:") + std::string(name);
}
std::string bitmap_names(Partition p) {
  return with(p, ":names");
}
std::string setting_ranks(Partition p, std::uint32_t ordinal) {
  return with(p, ":st:") + std::to_string(ordinal);
}
std::string absences(Partition p) {
  return with(p, ":absent");
}
std::string resident_code(const std::string& hmac) {
  return "code:" + hmac;
}
std::string resident_code_of(Partition p, std::uint32_t ordinal) {
  return with(p, ":code:") + std::to_string(ordinal);
}
std::string resident_code_issues(Partition p, std::uint32_t ordinal) {
  return with(p, ":codes:") + std::to_string(ordinal);
}
std::string erasing(Partition p) {
  return with(p, ":erasing");
}
std::string resident_codes_wrong() {
  return "codes:wrong";
}
std::string group_code_ids() {
  return "{g}:ids";
}
std::string group_code(const std::string& id) {
  return "{g}:c:" + id;
}
std::string group_code_members(const std::string& id) {
  return "{g}:m:" + id;
}
std::string group_code_wrong(Partition p, std::uint32_t ordinal) {
  return with(p, ":guess:") + std::to_string(ordinal);
}
std::string group_codes_wrong() {
  return "{g}:wrong";
}
std::string reminders() {
  return "reminders";
}
std::string night() {
  return "night";
}
std::string night_lock() {
  return "night:lock";
}
std::string file_rewrite() {
  return "file:rewrite";
}
std::string restoring() {
  return "restoring";
}
std::string setting_floors(Partition p) {
  return with(p, ":floor");
}

std::string accounts() {
  return kStaff + "accounts";
}
std::string totp_steps() {
  return kStaff + "totp";
}
std::string api_keys() {
  return kStaff + "keys";
}
std::string sections() {
  return kStaff + "sections";
}
std::string session(std::string_view token_hash) {
  return kStaff + "s:" + std::string(token_hash);
}
std::string sessions_of(std::string_view account) {
  return kStaff + "by:" + std::string(account);
}
std::string login_tries(std::string_view hash) {
  return kStaff + "try:" + std::string(hash);
}
std::string idempotency(std::string_view hash) {
  return kStaff + "idem:" + std::string(hash);
}

}  // namespace keys
}  // namespace kairan::store
