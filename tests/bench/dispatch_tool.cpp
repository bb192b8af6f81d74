// What scripts/bench needs of broadcasts without accounts and approvals: followers by the ten thousand, an order that is due
// at once, its figures.
// usage: dispatch_tool adopt < ids            every line's id follows
//        dispatch_tool order PRIORITY TITLE   prints the id of a broadcast to everyone that is due now
//        dispatch_tool status ID              state and counts as one line of JSON
//        dispatch_tool forget                 takes the rate's line away, so that a run begins with nothing taken
// The store is the one that KAIRAN_REDIS_URL or KAIRAN_DATA_DIR name.
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/ids.h"
#include "broadcasts/document.h"
#include "broadcasts/record_fields.h"
#include "gateway/config.h"
#include "store/broadcast_ledger.h"
#include "store/broadcasts.h"
#include "store/installation.h"
#include "store/keys.h"
#include "store/subscriber_import.h"

using namespace kairan;
using json = nlohmann::json;

namespace {

int fail(const std::string& what) {
  std::fprintf(stderr, "dispatch_tool: %s\n", what.c_str());
  return 1;
}

int adopt(store::RedisClient& redis, const Sealer& sealer, TimePoint now) {
  std::vector<std::string> ids;
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.size() == 33 && line[0] == 'U') ids.push_back(line);
  }
  const auto installation = store::open_installation(redis, store::kDefaultPartitions, now);
  if (!installation) return fail(installation.error().detail);
  store::SubscriberImport import(redis, sealer, installation->partitions);
  const auto counts = import.adopt(ids, now);
  if (!counts) return fail(counts.error().detail);
  std::printf("%s\n", json{{"ids", ids.size()}, {"added", counts->added}}.dump().c_str());
  return 0;
}

int order(store::RedisClient& redis, const std::string& priority, const std::string& title, TimePoint now) {
  std::vector<broadcasts::Problem> problems;
  const json written{{"title", title},        {"kind", "live"},
                     {"priority", priority},  {"section", "見本課"},
                     {"topic", ""},           {"segment", "everyone"},
                     {"count_links", false},  {"messages", {{{"type", "text"}, {"text", "見本の配信です：" + title}}}}};
  const auto document = broadcasts::parse_document(written.dump(), problems);
  if (!document) return fail(document.error().detail + (problems.empty() ? "" : ": " + problems[0].message.ja));
  store::Broadcasts broadcasts(redis);
  store::BroadcastRecord record;
  record.id = random_hex(16);
  record.state = "approved";
  record.fields[std::string(broadcasts::field::kDocument)] = broadcasts::canonical_json(*document);
  record.fields[std::string(broadcasts::field::kKind)] = "live";
  record.fields[std::string(broadcasts::field::kPriority)] = priority;
  record.fields[std::string(broadcasts::field::kApprovedHash)] = broadcasts::approval_hash(*document);
  record.fields[std::string(broadcasts::field::kAt)] = std::to_string(to_unix_ms(now));
  if (const Status created = broadcasts.create(record, now); !created) return fail(created.error().detail);
  const auto ordered = broadcasts.update(record.id, 0, {"scheduled", {}, {}, SystemClock().now()});
  if (!ordered) return fail(ordered.error().detail);
  std::printf("%s\n", json{{"id", record.id}, {"ordered_ms", to_unix_ms(SystemClock().now())}}.dump().c_str());
  return 0;
}

int status(store::RedisClient& redis, const std::string& id) {
  store::Broadcasts broadcasts(redis);
  store::BroadcastLedger ledger(redis, store::kDefaultPartitions);
  const auto record = broadcasts.read(id);
  if (!record) return fail(record.error().detail);
  if (!*record) return fail("there is no such broadcast");
  const auto figures = ledger.figures(id);
  if (!figures) return fail(figures.error().detail);
  const auto counts = [](const store::OutcomeCounts& c) {
    return json{{"planned", c.planned}, {"in_flight", c.in_flight}, {"accepted", c.accepted}, {"refused", c.refused}, {"unknown", c.unknown}};
  };
  json out{{"id", id},
           {"state", (*record)->state},
           {"reason", std::string((*record)->field(broadcasts::field::kReason))},
           {"audience", figures->audience},
           {"batches", counts(figures->batches)},
           {"recipients", counts(figures->recipients)},
           {"left_out", figures->left_out}};
  if (figures->first_batch_at) out["first_batch_at"] = to_unix_ms(*figures->first_batch_at);
  if (figures->last_batch_at) out["last_batch_at"] = to_unix_ms(*figures->last_batch_at);
  std::printf("%s\n", out.dump().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.empty()) return fail("what?");
  auto loaded = gateway::load_config(std::nullopt, gateway::kairan_environment());
  gateway::Config config = std::move(loaded.config);
  const auto key = gateway::load_or_make_data_key(config);
  if (!key) return fail(key.error().detail);
  const Sealer sealer(*key);
  store::RedisOptions options;
  options.url = config.redis_url.empty() ? "unix://" + config.data_dir + "/redis/redis.sock" : config.redis_url;
  options.command_timeout = std::chrono::seconds(60);
  store::RedisClient redis(options);
  const TimePoint now = SystemClock().now();
  if (args[0] == "adopt") return adopt(redis, sealer, now);
  if (args[0] == "order" && args.size() == 3) return order(redis, args[1], args[2], now);
  if (args[0] == "status" && args.size() == 2) return status(redis, args[1]);
  if (args[0] == "forget") return redis.command({"DEL", store::keys::rate_line("line")}) ? 0 : fail("redis");
  return fail("what?");
}
