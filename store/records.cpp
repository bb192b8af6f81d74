#include "store/records.h"

#include <algorithm>
#include <charconv>

#include "store/scripts.h"

namespace kairan::store {
namespace {

std::optional<Record> read_record(std::string_view name, std::string_view stored) {
  const std::size_t cut = stored.find(' ');
  Record record{std::string(name), 0, ""};
  if (cut == std::string_view::npos) return std::nullopt;
  const auto read = std::from_chars(stored.data(), stored.data() + cut, record.revision);
  if (read.ec != std::errc() || read.ptr != stored.data() + cut) return std::nullopt;
  record.document = stored.substr(cut + 1);
  return record;
}

}  // namespace

Result<std::optional<Record>> Records::find(std::string_view name) {
  const auto reply = redis_.command({"HGET", key_, std::string(name)});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  if (reply->is_nil()) return std::optional<Record>();
  auto record = read_record(name, reply->text);
  if (!record) return Error{ErrorCode::kCorrupt, "a record of " + key_ + " is not readable"};
  return record;
}

Result<std::vector<Record>> Records::all() {
  const auto reply = redis_.command({"HGETALL", key_});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  std::vector<Record> records;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    auto record = read_record(reply->items[i].text, reply->items[i + 1].text);
    if (!record) return Error{ErrorCode::kCorrupt, "a record of " + key_ + " is not readable"};
    records.push_back(*std::move(record));
  }
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.name < b.name; });
  return records;
}

Result<std::uint64_t> Records::put(const Record& record) {
  if (record.document.empty()) return Error{ErrorCode::kInternal, "an empty record"};
  if (record.document.size() > kMaxDocumentBytes) return Error{ErrorCode::kTooLarge, "the record is too large"};
  const auto reply =
      redis_.eval(scripts::record_put(), {key_}, {record.name, std::to_string(record.revision), record.document});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  if (reply->integer < 0) return Error{ErrorCode::kConflict, "somebody else has changed it meanwhile"};
  return static_cast<std::uint64_t>(reply->integer);
}

Status Records::remove(std::string_view name, std::uint64_t revision) {
  const auto reply = redis_.eval(scripts::record_put(), {key_}, {std::string(name), std::to_string(revision), ""});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  if (reply->integer < 0) return Error{ErrorCode::kConflict, "somebody else has changed it meanwhile"};
  return {};
}

}  // namespace kairan::store
