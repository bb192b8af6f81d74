#include "store/audit.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/ids.h"

namespace kairan::store {
namespace {

using Json = nlohmann::json;

AuditEntry audit_entry(const ChainEntry& stored) {
  AuditEntry entry;
  entry.seq = stored.seq;
  entry.hash = stored.hash;
  const auto json = parse_json(stored.body);
  if (!json) {
    entry.action = "unreadable";
    return entry;
  }
  const Json* const at = json_member(*json, "at");
  if (at != nullptr && at->is_number_integer()) entry.at = from_unix_ms(at->get<std::int64_t>());
  entry.by = json_text(*json, "by");
  entry.action = json_text(*json, "do");
  entry.target = json_text(*json, "on");
  entry.detail = json_text(*json, "detail");
  return entry;
}

}  // namespace

Result<std::uint64_t> Audit::append(const AuditEntry& entry) {
  // The nonce makes two entries that say the same two entries.
  const Json json{{"at", to_unix_ms(entry.at)}, {"by", entry.by},         {"do", entry.action},
                  {"on", entry.target},         {"detail", entry.detail}, {"n", random_hex(8)}};
  return chain_.append(dump_json(json));
}

Result<std::vector<AuditEntry>> Audit::recent(std::optional<std::uint64_t> before, std::size_t count) {
  const auto stored = chain_.read_back(before, count);
  if (!stored) return stored.error();
  std::vector<AuditEntry> entries;
  for (const ChainEntry& entry : *stored) entries.push_back(audit_entry(entry));
  return entries;
}

}  // namespace kairan::store
