#include "store/subscriber_import.h"

#include <algorithm>
#include <map>
#include <set>

#include "store/scripts.h"
#include "store/subscriber_place.h"

namespace kairan::store {
namespace {

/// A script of so many rows takes some milliseconds: events of residents wait no longer than for a disk.
constexpr std::size_t kRowsPerScript = 200;
constexpr std::size_t kScriptsPerRound = 8;
/// A row is read again when its ordinal changed between its reading and its script.
constexpr int kRowTries = 20;
constexpr std::int64_t kReadAgain = -2;

/// One row with its place.
struct Placed {
  const ImportRow* row = nullptr;
  Place place;
};

/// The bitmaps that an import decides about, by attribute.
struct Column {
  const Attribute* attribute = nullptr;
  std::vector<std::string> values;  ///< that appear in rows, or may be set in the store
};

class ImportCall {
 public:
  ImportCall(Partition p, TimePoint at, const std::vector<Column>& columns) : partition_(p) {
    keys_ = slot_keys(p);
    keys_.push_back(keys::bitmap_names(p));
    keys_.push_back(keys::bitmap(p, Subscribers::kFollowers));
    args_ = {std::to_string(to_unix_ms(at)), std::to_string(columns.size())};
    for (const Column& column : columns) {
      const Attribute& attribute = *column.attribute;
      args_.push_back(bitmap(any_bitmap(attribute.id)));
      args_.push_back(std::to_string(column.values.size()));
      for (const std::string& value : column.values) {
        args_.push_back(bitmap(value_bitmap(attribute.id, value)));
        args_.push_back(attribute.opt_out ? bitmap(left_bitmap(attribute.id, value)) : "0");
      }
    }
  }

  void add(const Placed& placed, const Reply& entry) {
    const auto ref = ref_in(entry, partition_);
    args_.push_back(number(placed.place.bucket_key));
    args_.push_back(placed.place.field);
    args_.push_back(placed.place.slot);
    args_.push_back(placed.place.long_address);
    args_.push_back(ref ? std::to_string(ref->ordinal) : "-1");
    args_.push_back(ref ? number(keys::setting_ranks(partition_, ref->ordinal)) : "0");
    args_.push_back(std::to_string(placed.row->values.size()));
    for (const auto& [attribute, value] : placed.row->values) args_.push_back(bitmap(value_bitmap(attribute, value)));
  }

  ScriptCall finish() && { return {&scripts::subscriber_import(), std::move(keys_), std::move(args_)}; }

 private:
  std::string bitmap(const std::string& name) { return number(keys::bitmap(partition_, name)); }
  std::string number(const std::string& key) {
    const auto [found, is_new] = numbers_.try_emplace(key, keys_.size() + 1);
    if (is_new) keys_.push_back(key);
    return std::to_string(found->second);
  }

  const Partition partition_;
  std::vector<std::string> keys_, args_;
  std::map<std::string, std::size_t> numbers_;
};

/// Works through the rows of one partition.
class PartitionImport {
 public:
  PartitionImport(RedisClient& redis, Partition p, TimePoint at, const std::vector<Column>& columns)
      : redis_(redis), partition_(p), at_(at), columns_(columns) {}

  Status run(std::vector<Placed> rows, ImportCounts& counts, const std::function<void(std::size_t)>& done) {
    for (int i = 0; i < kRowTries && !rows.empty(); ++i) {
      std::vector<Placed> again;
      for (std::size_t from = 0; from < rows.size(); from += kRowsPerScript * kScriptsPerRound) {
        const std::size_t count = std::min(rows.size() - from, kRowsPerScript * kScriptsPerRound);
        const std::span<const Placed> round(rows.data() + from, count);
        const std::size_t left = again.size();
        if (const Status status = run_round(round, counts, again); !status) return status;
        if (done) done(count - (again.size() - left));
      }
      rows = std::move(again);
    }
    if (rows.empty()) return {};
    return Error{ErrorCode::kUnavailable, "subscribers keep changing under the import"};
  }

 private:
  Status run_round(std::span<const Placed> rows, ImportCounts& counts, std::vector<Placed>& again) {
    std::vector<Args> reads;
    reads.reserve(rows.size());
    for (const Placed& row : rows) reads.push_back({"HGET", row.place.bucket_key, row.place.field});
    const auto entries = redis_.pipeline(reads);
    if (!entries) return entries.error();
    std::vector<ScriptCall> calls;
    for (std::size_t from = 0; from < rows.size(); from += kRowsPerScript) {
      ImportCall call(partition_, at_, columns_);
      for (std::size_t i = from; i < std::min(rows.size(), from + kRowsPerScript); ++i) {
        if ((*entries)[i].is_error()) return error_of((*entries)[i]);
        call.add(rows[i], (*entries)[i]);
      }
      calls.push_back(std::move(call).finish());
    }
    const auto replies = redis_.eval_pipeline(calls);
    if (!replies) return replies.error();
    std::size_t at = 0;
    for (const Reply& reply : *replies) {
      if (reply.is_error()) return error_of(reply);
      for (const Reply& outcome : reply.items) {
        if (at >= rows.size()) break;
        count(outcome.integer, rows[at++], counts, again);
      }
    }
    return {};
  }

  static void count(std::int64_t outcome, const Placed& row, ImportCounts& counts, std::vector<Placed>& again) {
    switch (outcome) {
      case 2:
        ++counts.added;
        break;
      case 1:
        ++counts.changed;
        break;
      case 0:
        ++counts.unchanged;
        break;
      case kReadAgain:
        again.push_back(row);
        break;
      default:
        ++counts.erased;
        break;
    }
  }

  RedisClient& redis_;
  const Partition partition_;
  const TimePoint at_;
  const std::vector<Column>& columns_;
};

/// Birth months that are set in the store; a month that no one has needs no look.
Result<std::set<std::string>> stored_months(RedisClient& redis, Partition partitions, const std::string& attribute) {
  std::vector<Args> commands;
  for (Partition p = 0; p < partitions; ++p) commands.push_back({"SMEMBERS", keys::bitmap_names(p)});
  const auto replies = redis.pipeline(commands);
  if (!replies) return replies.error();
  const std::string prefix = any_bitmap(attribute) + ":";
  std::set<std::string> months;
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
    for (const Reply& name : reply.items) {
      if (name.text.compare(0, prefix.size(), prefix) == 0) months.insert(name.text.substr(prefix.size()));
    }
  }
  return months;
}

}  // namespace

SubscriberImport::SubscriberImport(RedisClient& redis, const Sealer& sealer, Partition partitions)
    : redis_(redis), sealer_(sealer), partitions_(partitions) {}

Result<ImportCounts> SubscriberImport::import(const AttributeSchema& schema, std::span<const std::string> columns,
                                              std::span<const ImportRow> rows, TimePoint at,
                                              const std::function<void(std::size_t)>& progress) {
  std::vector<Column> checked;
  std::map<std::string, std::set<std::string>> months;
  for (const std::string& name : columns) {
    const Attribute* const attribute = schema.find(name);
    if (attribute == nullptr) return Error{ErrorCode::kInvalid, "there is no such attribute"};
    Column column{attribute, {}};
    for (const AttributeValue& value : attribute->values) column.values.push_back(value.id);
    if (attribute->kind == AttributeKind::kBirthMonths) {
      auto stored = stored_months(redis_, partitions_, name);
      if (!stored) return stored.error();
      months[name] = *std::move(stored);
    }
    checked.push_back(std::move(column));
  }
  std::vector<std::vector<Placed>> by_partition(partitions_);
  for (const ImportRow& row : rows) {
    if (const Status valid = check_address(row.address); !valid) return valid.error();
    for (const auto& [name, value] : row.values) {
      const auto column =
          std::find_if(checked.begin(), checked.end(),
                       [wanted = std::string_view(name)](const Column& c) { return c.attribute->id == wanted; });
      if (column == checked.end() || !column->attribute->allows(value)) {
        return Error{ErrorCode::kInvalid, "a row has a value that is not declared"};
      }
      if (column->attribute->kind == AttributeKind::kBirthMonths) months[name].insert(value);
    }
    Placed placed{&row, place_of(row.address, sealer_, partitions_)};
    by_partition[placed.place.partition].push_back(std::move(placed));
  }
  for (Column& column : checked) {
    if (column.attribute->kind != AttributeKind::kBirthMonths) continue;
    column.values.assign(months[column.attribute->id].begin(), months[column.attribute->id].end());
  }
  ImportCounts counts;
  std::size_t done = 0;
  const auto step = [&](std::size_t more) {
    done += more;
    if (progress) progress(done);
  };
  for (Partition p = 0; p < partitions_; ++p) {
    const Status status = PartitionImport(redis_, p, at, checked).run(std::move(by_partition[p]), counts, step);
    if (!status) return status.error();
  }
  return counts;
}

Result<ImportCounts> SubscriberImport::adopt(std::span<const std::string> addresses, TimePoint at,
                                             const std::function<void(std::size_t)>& progress) {
  std::vector<ImportRow> rows;
  rows.reserve(addresses.size());
  for (const std::string& address : addresses) rows.push_back({address, {}});
  return import(AttributeSchema(), {}, rows, at, progress);
}

}  // namespace kairan::store
