#include "gateway/staff_api/api_keys.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/crypto.h"
#include "base/ids.h"

namespace kairan::gateway::staff {
namespace {

constexpr std::string_view kKeyPrefix = "kairan_";
constexpr std::size_t kKeyIdDigits = 16;
constexpr std::size_t kSecretDigits = 64;

std::string hash_of(std::string_view secret) { return to_hex(bytes_of(sha256(secret))); }

Result<ApiKey> parse(const store::Record& record) {
  const auto document = parse_json(record.document);
  if (!document) return Error{ErrorCode::kCorrupt, "an API key is not readable"};
  ApiKey key;
  key.id = record.name;
  key.revision = record.revision;
  key.name = json_text(*document, "name");
  key.section = json_text(*document, "section");
  key.hash = json_text(*document, "hash");
  key.created_by = json_text(*document, "created_by");
  const auto time = [&](const char* name) {
    const auto* value = json_member(*document, name);
    return from_unix_ms(value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0);
  };
  key.created = time("created");
  key.expires = time("expires");
  if (const auto* scopes = json_member(*document, "scopes"); scopes != nullptr && scopes->is_array()) {
    for (const auto& scope : *scopes) {
      if (scope.is_string()) key.scopes.push_back(scope.get<std::string>());
    }
  }
  return key;
}

}  // namespace

Result<std::string> make_api_key(store::Records& records, ApiKey& key) {
  key.id = random_hex(kKeyIdDigits / 2);
  const std::string secret = random_hex(kSecretDigits / 2);
  key.hash = hash_of(secret);
  nlohmann::json document;
  document["name"] = key.name;
  document["section"] = key.section;
  document["scopes"] = key.scopes;
  document["hash"] = key.hash;
  document["created_by"] = key.created_by;
  document["created"] = to_unix_ms(key.created);
  document["expires"] = to_unix_ms(key.expires);
  const auto stored = records.put({key.id, 0, dump_json(document)});
  if (!stored) return stored.error();
  key.revision = *stored;
  return std::string(kKeyPrefix) + key.id + "_" + secret;
}

Result<std::optional<ApiKey>> find_api_key(store::Records& records, std::string_view bearer, TimePoint now) {
  const std::optional<ApiKey> none;
  if (bearer.size() != kKeyPrefix.size() + kKeyIdDigits + 1 + kSecretDigits ||
      bearer.substr(0, kKeyPrefix.size()) != kKeyPrefix || bearer[kKeyPrefix.size() + kKeyIdDigits] != '_') {
    return none;
  }
  const auto record = records.find(bearer.substr(kKeyPrefix.size(), kKeyIdDigits));
  if (!record) return record.error();
  if (!*record) return none;
  auto key = parse(**record);
  if (!key) return key.error();
  const bool fits = constant_time_equal(hash_of(bearer.substr(kKeyPrefix.size() + kKeyIdDigits + 1)), key->hash);
  if (!fits || now >= key->expires) return none;
  return std::optional<ApiKey>(*std::move(key));
}

Result<std::vector<ApiKey>> all_api_keys(store::Records& records) {
  const auto all = records.all();
  if (!all) return all.error();
  std::vector<ApiKey> keys;
  for (const store::Record& record : *all) {
    auto key = parse(record);
    if (!key) return key.error();
    keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace kairan::gateway::staff
