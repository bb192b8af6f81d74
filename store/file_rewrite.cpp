#include "store/file_rewrite.h"

#include <string>

#include "store/keys.h"
#include "store/redis_info.h"
#include "store/stored_number.h"

namespace kairan::store {
namespace {

bool under_way(const std::string& info) {
  return info_value(info, "aof_rewrite_in_progress") != "0" || info_value(info, "aof_rewrite_scheduled") != "0";
}

}  // namespace

Status FileRewrite::want() {
  const auto counted = redis_.command({"HINCRBY", keys::file_rewrite(), "wanted", "1"});
  return counted ? Status() : Status(counted.error());
}

Result<std::uint64_t> FileRewrite::left() {
  const auto fields = redis_.command({"HMGET", keys::file_rewrite(), "wanted", "done"});
  if (!fields) return fields.error();
  const std::uint64_t wanted = stored_number<std::uint64_t>(fields->items[0].text);
  const std::uint64_t done = stored_number<std::uint64_t>(fields->items[1].text);
  return done < wanted ? wanted - done : 0;
}

Result<std::uint64_t> FileRewrite::step(TimePoint now) {
  // The counts before the state: a rewrite that is seen to have ended after they were read holds nothing older.
  const auto fields = redis_.command({"HMGET", keys::file_rewrite(), "wanted", "done", "asked", "aim", "run"});
  if (!fields) return fields.error();
  const std::uint64_t wanted = stored_number<std::uint64_t>(fields->items[0].text);
  std::uint64_t done = stored_number<std::uint64_t>(fields->items[1].text);
  if (done >= wanted) return std::uint64_t{0};
  const auto told = redis_.command({"INFO", "everything"});
  if (!told) return told.error();
  const std::string& info = told->text;
  if (under_way(info)) return wanted - done;

  // The rewrite that was asked for counts when this same Redis ran it and it succeeded. Any later one serves as well.
  const std::string run = info_value(info, "run_id");
  const std::uint64_t aim = stored_number<std::uint64_t>(fields->items[3].text);
  if (aim > done && fields->items[4].text == run && info_value(info, "aof_last_bgrewrite_status") == "ok") {
    const auto noted = redis_.command({"HSET", keys::file_rewrite(), "done", std::to_string(aim)});
    if (!noted) return noted.error();
    done = aim;
    if (done >= wanted) return std::uint64_t{0};
  }
  const std::int64_t asked = static_cast<std::int64_t>(stored_number<std::uint64_t>(fields->items[2].text));
  const std::int64_t now_ms = to_unix_ms(now);
  if (now_ms >= asked && now_ms < asked + pause_.count()) return wanted - done;
  const auto begun = redis_.command({"BGREWRITEAOF"});
  // Another process was quicker: its rewrite may have begun before this erasure was counted, so it is not taken for ours.
  if (!begun) return begun.error().code == ErrorCode::kRefused ? Result<std::uint64_t>(wanted - done) : begun.error();
  const auto noted = redis_.command(
      {"HSET", keys::file_rewrite(), "aim", std::to_string(wanted), "run", run, "asked", std::to_string(now_ms)});
  if (!noted) return noted.error();
  return wanted - done;
}

}  // namespace kairan::store
