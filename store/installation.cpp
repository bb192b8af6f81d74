#include "store/installation.h"

#include <charconv>
#include <map>

#include "base/ids.h"

namespace kairan::store {
namespace {

constexpr int kFormat = 1;
constexpr int kMaxPartitions = 4096;

int whole_number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

}  // namespace

Result<Installation> open_installation(RedisClient& redis, Partition wanted, TimePoint now) {
  if (wanted < 1 || wanted > kMaxPartitions) {
    return Error{ErrorCode::kInvalid, "the number of partitions must be 1.." + std::to_string(kMaxPartitions)};
  }
  const std::string key = keys::installation();
  // HSETNX field by field: whoever comes first decides each, and everyone reads the same afterwards.
  const auto replies = redis.pipeline({{"HSETNX", key, "id", random_uuid()},
                                       {"HSETNX", key, "partitions", std::to_string(wanted)},
                                       {"HSETNX", key, "created", std::to_string(to_unix_ms(now))},
                                       {"HSETNX", key, "format", std::to_string(kFormat)},
                                       {"HGETALL", key}});
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
  }
  std::map<std::string, std::string> fields;
  const auto& items = replies->back().items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) fields[items[i].text] = items[i + 1].text;
  if (whole_number(fields["format"]) > kFormat) {
    return Error{ErrorCode::kConflict, "the store was written by a later version of Kairan; run that version"};
  }
  const int partitions = whole_number(fields["partitions"]);
  if (fields["id"].empty() || partitions < 1 || partitions > kMaxPartitions) {
    return Error{ErrorCode::kCorrupt, "the store's key \"" + key + "\" is not readable"};
  }
  return Installation{fields["id"], static_cast<Partition>(partitions)};
}

}  // namespace kairan::store
