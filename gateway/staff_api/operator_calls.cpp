// Sections, keys of other systems, the audit log.
#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/ids.h"
#include "gateway/staff_api/api_keys.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/fields.h"
#include "gateway/staff_api/permissions.h"

namespace kairan::gateway::staff {
namespace {

constexpr std::size_t kMostSections = 300;
constexpr std::size_t kMostKeys = 100;
constexpr std::int64_t kKeyDays = 365;

nlohmann::json section_json(const store::Record& record) {
  const auto document = parse_json(record.document);
  const auto* plan = document ? json_member(*document, "weekly_plan") : nullptr;
  return {{"id", record.name},
          {"name", document ? json_text(*document, "name") : std::string()},
          {"weekly_plan", plan != nullptr && plan->is_number() ? plan->get<double>() : 1.0},
          {"revision", record.revision}};
}

nlohmann::json key_json(const ApiKey& key) {
  return {{"id", key.id},           {"name", key.name},
          {"section", key.section}, {"scopes", key.scopes},
          {"created", time_text(key.created)}, {"expires", time_text(key.expires)},
          {"created_by", key.created_by}};
}

class OperatorCalls {
 public:
  explicit OperatorCalls(const Parts& parts) : parts_(parts) {}

  Reply sections(const Call&) const {
    const auto all = parts_.sections.all();
    if (!all) return refuse_quietly(all.error());
    nlohmann::json items = nlohmann::json::array();
    for (const store::Record& record : *all) items.push_back(section_json(record));
    std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a["name"] < b["name"]; });
    return ok({{"items", std::move(items)}});
  }

  Reply add_section(const Call& call) const {
    const auto all = parts_.sections.all();
    if (!all) return refuse_quietly(all.error());
    if (all->size() >= kMostSections) return refuse("conflict", {"課が多すぎます。", "Too many sections."});
    return put_section(call, {"s" + random_hex(6), 0, ""}, *all);
  }

  Reply change_section(const Call& call) const {
    const Revision revision = required_revision(call);
    if (revision.refused) return *revision.refused;
    const auto all = parts_.sections.all();
    if (!all) return refuse_quietly(all.error());
    const std::string id = call.parameter("id");
    const bool there = std::any_of(all->begin(), all->end(), [&](const store::Record& record) { return record.name == id; });
    if (!there) return refuse("not_found");
    return put_section(call, {id, revision.number, ""}, *all);
  }

  Reply remove_section(const Call& call) const {
    const Revision revision = required_revision(call);
    if (revision.refused) return *revision.refused;
    const auto found = parts_.sections.find(call.parameter("id"));
    if (!found) return refuse_quietly(found.error());
    if (!*found) return refuse("not_found");
    const Status removed = parts_.sections.remove(call.parameter("id"), revision.number);
    if (!removed) return removed.error().code == ErrorCode::kConflict ? refuse("changed_meanwhile") : refuse_quietly(removed.error());
    return no_content();
  }

  Reply keys(const Call&) const {
    const auto all = all_api_keys(parts_.api_keys);
    if (!all) return refuse_quietly(all.error());
    nlohmann::json items = nlohmann::json::array();
    for (const ApiKey& key : *all) items.push_back(key_json(key));
    return ok({{"items", std::move(items)}});
  }

  Reply add_key(const Call& call) const {
    Fields fields(call);
    ApiKey key;
    key.name = fields.text("name", 1, 60);
    key.section = fields.text("section", 1, 40);
    key.scopes = fields.texts("scopes", 1, scopes().size(), 40);
    const std::int64_t days = fields.optional_integer("days", 1, 1095).value_or(kKeyDays);
    for (std::size_t i = 0; i < key.scopes.size(); ++i) {
      if (std::find(scopes().begin(), scopes().end(), key.scopes[i]) == scopes().end()) {
        fields.wrong("scopes[" + std::to_string(i) + "]", {"知らない権限です。", "Unknown scope."});
      }
    }
    if (auto refused = fields.refused()) return *std::move(refused);
    const auto all = parts_.api_keys.all();
    if (!all) return refuse_quietly(all.error());
    if (all->size() >= kMostKeys) {
      return refuse("conflict",
                    {"鍵が多すぎます。使わないものを消してください。", "Too many keys. Revoke those not in use."});
    }
    key.created_by = call.actor.name;
    key.created = call.now;
    key.expires = call.now + std::chrono::hours(24 * days);
    std::string detail = key.section;
    for (const std::string& scope : key.scopes) detail += " " + scope;
    const Status noted = parts_.rules.audit(call.actor, "api_key.add", key.name, detail);
    if (!noted) return refuse_quietly(noted.error());
    const auto made = make_api_key(parts_.api_keys, key);
    if (!made) return refuse_quietly(made.error());
    return created({{"api_key", key_json(key)}, {"key", *made}});
  }

  Reply remove_key(const Call& call) const {
    const auto found = parts_.api_keys.find(call.parameter("id"));
    if (!found) return refuse_quietly(found.error());
    if (!*found) return refuse("not_found");
    const Status noted = parts_.rules.audit(call.actor, "api_key.remove", (*found)->name, "");
    if (!noted) return refuse_quietly(noted.error());
    const Status removed = parts_.api_keys.remove((*found)->name, (*found)->revision);
    return removed ? no_content() : refuse_quietly(removed.error());
  }

  Reply audit(const Call& call) const {
    std::optional<std::uint64_t> before;
    const std::string_view text = call.request.query_value("before");
    std::uint64_t number = 0;
    if (const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number); error == std::errc()) before = number;
    const auto entries = parts_.audit.recent(before, page_of(call).count);
    if (!entries) return refuse_quietly(entries.error());
    nlohmann::json items = nlohmann::json::array();
    for (const store::AuditEntry& entry : *entries) {
      items.push_back({{"seq", entry.seq}, {"at", time_text(entry.at)}, {"by", entry.by}, {"action", entry.action},
                       {"target", entry.target}, {"detail", entry.detail}});
    }
    return ok({{"items", std::move(items)}});
  }

  Reply verify(const Call& call) const {
    const auto proof = parts_.audit.verify();
    if (!proof) return refuse_quietly(proof.error());
    const std::string whole(call.words("記録は最初から最後までつながっています。", "The log is whole."));
    return ok({{"whole", !proof->fault}, {"entries", proof->head.seq}, {"detail", proof->fault ? proof->reason : whole}});
  }

 private:
  Reply put_section(const Call& call, store::Record record, const std::vector<store::Record>& others) const {
    Fields fields(call);
    const std::string name = fields.text("name", 1, 40);
    const double plan = fields.number("weekly_plan", 0, 50);
    for (const store::Record& other : others) {
      if (other.name != record.name && section_json(other)["name"] == name) {
        fields.wrong("name", {"同じ名前の課があります。", "There is a section of this name."});
      }
    }
    if (auto refused = fields.refused()) return *std::move(refused);
    record.document = dump_json({{"name", name}, {"weekly_plan", plan}});
    const auto stored = parts_.sections.put(record);
    if (!stored) return stored.error().code == ErrorCode::kConflict ? refuse("changed_meanwhile") : refuse_quietly(stored.error());
    const bool added = record.revision == 0;
    record.revision = *stored;
    return added ? created(section_json(record), record.revision) : ok(section_json(record), record.revision);
  }

  const Parts& parts_;
};

}  // namespace

void add_operator_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto calls = std::make_shared<OperatorCalls>(parts);
  const auto add = [&](const char* method, const char* pattern, Reply (OperatorCalls::*run)(const Call&) const) {
    endpoints.push_back({method, pattern, [calls, run](const Call& call) { return (*calls.*run)(call); }, 16 * 1024});
  };
  add("GET", "/api/v1/sections", &OperatorCalls::sections);
  add("POST", "/api/v1/sections", &OperatorCalls::add_section);
  add("PUT", "/api/v1/sections/{id}", &OperatorCalls::change_section);
  add("DELETE", "/api/v1/sections/{id}", &OperatorCalls::remove_section);
  add("GET", "/api/v1/api-keys", &OperatorCalls::keys);
  add("POST", "/api/v1/api-keys", &OperatorCalls::add_key);
  add("DELETE", "/api/v1/api-keys/{id}", &OperatorCalls::remove_key);
  add("GET", "/api/v1/audit", &OperatorCalls::audit);
  add("POST", "/api/v1/audit/verify", &OperatorCalls::verify);
}

}  // namespace kairan::gateway::staff
