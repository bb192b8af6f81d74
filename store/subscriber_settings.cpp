// Settings of subscribers, and the bitmaps that hold them. Ranks are laid out here: event time (ms) x 1024, plus what
// decides between changes of one millisecond: 0 for on, 1 and the value's place for a value of a single choice (with the
// other values turned off at the same rank), 1023 for off.
#include <algorithm>

#include "base/civil_time.h"
#include "store/scripts.h"
#include "store/subscriber_place.h"
#include "store/subscribers.h"

namespace kairan::store {
namespace {

constexpr std::int64_t kRankStep = 1024;
constexpr std::int64_t kOffRank = kRankStep - 1;
/// The largest event time whose rank Lua's numbers hold exactly (year 2248).
constexpr std::int64_t kMaxEventMs = (std::int64_t{1} << 53) / kRankStep;
constexpr int kFirstYear = 1990;

bool is_single(const Attribute& attribute) {
  return attribute.kind == AttributeKind::kSingle || attribute.kind == AttributeKind::kYesNo;
}

/// The arguments of one call of subscriber_change, collected change by change.
class ChangeCall {
 public:
  ChangeCall(SubscriberRef ref, TimePoint at) : ref_(ref), at_ms_(to_unix_ms(at)), year_(int(jst_date(at).year())) {
    keys_ = slot_keys(ref.partition);
    keys_.push_back(keys::setting_ranks(ref.partition, ref.ordinal));
    keys_.push_back(keys::bitmap_names(ref.partition));
  }

  void add(const Attribute& attribute, const AttributeChange& change) {
    std::int64_t rank = at_ms_ * kRankStep + (change.on ? 0 : kOffRank);
    if (is_single(attribute) && change.on) {
      rank += 1 + (attribute.find(change.value) - attribute.values.data());
      for (const AttributeValue& other : attribute.values) {
        if (other.id != change.value) put(attribute, other.id, rank, false);
      }
    }
    put(attribute, change.value, rank, change.on);
    Touched& touched = touched_[attribute.id];
    touched.attribute = &attribute;
    touched.turned_off = touched.turned_off || !change.on || is_single(attribute);
    touched.values.push_back(value_bitmap(attribute.id, change.value));
  }

  ScriptCall finish() && {
    ScriptCall call;
    call.script = &scripts::subscriber_change();
    call.args = {std::to_string(ref_.ordinal), std::to_string(std::chrono::seconds(kRankRetention).count()),
                 std::to_string(count_)};
    call.args.insert(call.args.end(), changes_.begin(), changes_.end());
    for (const auto& [id, touched] : touched_) {
      // Of what is turned on it is enough to see whether it was; after turning off every value must be looked at. A birth
      // month that is stored lies before its own event, and no event waits for a year.
      const std::vector<std::string> values =
          touched.turned_off ? AttributeSchema::bitmaps_of(*touched.attribute, kFirstYear, year_ + 1) : touched.values;
      call.args.push_back(std::to_string(key_of(any_bitmap(id))));
      call.args.emplace_back(touched.turned_off ? "1" : "0");
      call.args.push_back(std::to_string(values.size()));
      for (const std::string& value : values) call.args.push_back(std::to_string(key_of(value)));
    }
    call.keys = std::move(keys_);
    return call;
  }

 private:
  struct Touched {
    const Attribute* attribute = nullptr;
    bool turned_off = false;
    std::vector<std::string> values;
  };

  void put(const Attribute& attribute, const std::string& value, std::int64_t rank, bool on) {
    changes_.push_back(attribute.id + ":" + value);
    changes_.push_back(std::to_string(key_of(value_bitmap(attribute.id, value))));
    changes_.push_back(attribute.opt_out ? std::to_string(key_of(left_bitmap(attribute.id, value))) : "0");
    changes_.push_back(std::to_string(rank));
    changes_.push_back(on ? "1" : "0");
    ++count_;
  }

  /// The number of a bitmap in KEYS, from 1.
  std::size_t key_of(const std::string& name) {
    const auto [found, is_new] = numbers_.try_emplace(name, keys_.size() + 1);
    if (is_new) keys_.push_back(keys::bitmap(ref_.partition, name));
    return found->second;
  }

  const SubscriberRef ref_;
  const std::int64_t at_ms_;
  const int year_;
  std::vector<std::string> keys_, changes_;
  std::size_t count_ = 0;
  std::map<std::string, std::size_t> numbers_;
  std::map<std::string, Touched> touched_;
};

/// Whether a birth month ("2024-05", "2024-04-01") lies after the month of `at`.
bool is_in_future(std::string_view birth_month, TimePoint at) {
  return birth_month.substr(0, 7) > std::string_view(format_iso(jst_date(at))).substr(0, 7);
}

}  // namespace

Result<std::size_t> Subscribers::change(SubscriberRef ref, const AttributeSchema& schema,
                                        std::span<const AttributeChange> changes, TimePoint at) {
  const std::int64_t ms = to_unix_ms(at);
  if (ms < 0 || ms >= kMaxEventMs) return Error{ErrorCode::kInvalid, "event time is out of range"};
  if (changes.empty()) return std::size_t{0};
  ChangeCall collected(ref, at);
  for (const AttributeChange& change : changes) {
    const Attribute* const attribute = schema.find(change.attribute);
    if (attribute == nullptr || !attribute->allows(change.value)) {
      return Error{ErrorCode::kInvalid, "there is no such attribute or value"};
    }
    if (attribute->kind == AttributeKind::kBirthMonths && change.on && is_in_future(change.value, at)) {
      return Error{ErrorCode::kInvalid, "a birth month lies in the future"};
    }
    collected.add(*attribute, change);
  }
  const ScriptCall call = std::move(collected).finish();
  const auto reply = redis_.eval(*call.script, call.keys, call.args);
  if (!reply) return reply.error();
  if (reply->integer < 0) return Error{ErrorCode::kNotFound, "the subscriber is erased"};
  return static_cast<std::size_t>(reply->integer);
}

Result<std::map<std::string, std::vector<std::string>>> Subscribers::settings(SubscriberRef ref,
                                                                              const AttributeSchema& schema) {
  const auto made = redis_.command({"SMEMBERS", keys::bitmap_names(ref.partition)});
  if (!made) return made.error();
  std::vector<std::string> names;
  for (const Reply& item : made->items) names.push_back(item.text);
  std::sort(names.begin(), names.end());
  struct Asked {
    const Attribute* attribute;
    std::string value;
  };
  std::vector<Asked> asked;
  for (const Attribute& attribute : schema.attributes()) {
    const std::string prefix = any_bitmap(attribute.id) + ":";
    if (attribute.kind != AttributeKind::kBirthMonths) {
      for (const AttributeValue& value : attribute.values) {
        if (std::binary_search(names.begin(), names.end(), prefix + value.id)) asked.push_back({&attribute, value.id});
      }
      continue;
    }
    for (auto name = std::lower_bound(names.begin(), names.end(), prefix);
         name != names.end() && name->compare(0, prefix.size(), prefix) == 0; ++name) {
      asked.push_back({&attribute, name->substr(prefix.size())});
    }
  }
  std::map<std::string, std::vector<std::string>> settings;
  if (asked.empty()) return settings;
  std::vector<Args> commands;
  commands.reserve(asked.size());
  for (const Asked& one : asked) {
    commands.push_back({"GETBIT", keys::bitmap(ref.partition, value_bitmap(one.attribute->id, one.value)),
                        std::to_string(ref.ordinal)});
  }
  const auto bits = redis_.pipeline(commands);
  if (!bits) return bits.error();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if ((*bits)[i].is_error()) return error_of((*bits)[i]);
    if ((*bits)[i].integer == 1) settings[asked[i].attribute->id].push_back(asked[i].value);
  }
  return settings;
}

Result<std::vector<PartitionBits>> Subscribers::read_bitmaps(std::span<const Partition> partitions,
                                                             std::span<const std::string> names) {
  // MGET, so that what is read of one partition is of one moment.
  std::vector<Args> commands;
  commands.reserve(partitions.size());
  for (const Partition p : partitions) {
    Args args{"MGET", keys::subscriber_next(p)};
    args.reserve(names.size() + 2);
    for (const std::string& name : names) args.push_back(keys::bitmap(p, name));
    commands.push_back(std::move(args));
  }
  std::vector<PartitionBits> found;
  if (commands.empty()) return found;
  const auto replies = redis_.pipeline(commands);
  if (!replies) return replies.error();
  found.reserve(partitions.size());
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const Reply& reply = (*replies)[i];
    if (reply.is_error()) return error_of(reply);
    if (reply.items.size() != names.size() + 1) return Error{ErrorCode::kInternal, "MGET answered with another number"};
    PartitionBits bits;
    bits.partition = partitions[i];
    const std::size_t length = reply.items[0].is_nil() ? 0 : std::stoul(reply.items[0].text);
    bits.bitmaps.reserve(names.size());
    for (std::size_t n = 0; n < names.size(); ++n) bits.bitmaps.emplace_back(reply.items[n + 1].text, length);
    found.push_back(std::move(bits));
  }
  return found;
}

Result<std::vector<PartitionBits>> Subscribers::read_bitmaps(std::span<const std::string> names) {
  std::vector<Partition> all(partitions_);
  for (Partition p = 0; p < partitions_; ++p) all[p] = p;
  return read_bitmaps(all, names);
}

}  // namespace kairan::store
