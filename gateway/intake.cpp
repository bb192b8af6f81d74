#include "gateway/intake.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "base/log.h"

namespace kairan::gateway {
namespace {

constexpr std::size_t kReplayAtOnce = 64;
constexpr std::chrono::milliseconds kReplayPatience{5000};

Status nowhere(const Error& error) {
  log::error("intake.nowhere_to_store", {{"reason", error.detail}});
  return Error{ErrorCode::kUnavailable, error.detail};
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size(), 4);
  out.append(text);
}

/// Reads what put_number and put_text wrote; `ok` turns false for good at the first thing missing.
struct Reader {
  std::string_view rest;
  bool ok = true;

  std::uint64_t number(std::size_t bytes) {
    if (rest.size() < bytes) ok = false;
    if (!ok) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t(static_cast<unsigned char>(rest[i])) << (8 * i);
    rest.remove_prefix(bytes);
    return value;
  }
  std::string text() {
    const std::uint64_t length = number(4);
    if (rest.size() < length) ok = false;
    if (!ok) return {};
    std::string value(rest.substr(0, length));
    rest.remove_prefix(length);
    return value;
  }
};

}  // namespace

std::string seal_event(const Sealer& sealer, const IncomingEvent& event) {
  return sealer.seal(event.raw, "event:" + event.id);
}

Result<std::string> open_event(const Sealer& sealer, std::string_view event_id, std::string_view sealed) {
  return sealer.open(sealed, "event:" + std::string(event_id));
}

std::string encode_spooled(const std::vector<store::NewEvent>& events) {
  std::string record;
  put_number(record, events.size(), 4);
  for (const store::NewEvent& event : events) {
    put_number(record, event.partition, 2);
    put_number(record, static_cast<std::uint64_t>(to_unix_ms(event.received)), 8);
    put_text(record, event.channel);
    put_text(record, event.id);
    put_text(record, event.body);
  }
  return record;
}

Result<std::vector<store::NewEvent>> decode_spooled(std::string_view record) {
  Reader reader{record};
  const std::uint64_t count = reader.number(4);
  std::vector<store::NewEvent> events;
  for (std::uint64_t i = 0; i < count && reader.ok; ++i) {
    store::NewEvent event;
    event.partition = static_cast<store::Partition>(reader.number(2));
    event.received = from_unix_ms(static_cast<std::int64_t>(reader.number(8)));
    event.channel = reader.text();
    event.id = reader.text();
    event.body = reader.text();
    if (reader.ok) events.push_back(std::move(event));
  }
  if (!reader.ok || !reader.rest.empty()) return Error{ErrorCode::kCorrupt, "spooled record has another length"};
  return events;
}

Intake::Intake(store::Inbox& inbox, Spool& spool, const Sealer& sealer, const Clock& clock, PipelineMetrics& metrics,
               Options options)
    : inbox_(inbox), spool_(spool), sealer_(sealer), clock_(clock), metrics_(metrics), options_(options) {}

Intake::~Intake() { stop(); }

Status Intake::take(std::string_view channel, const Webhook& webhook) {
  for (const auto& [reason, count] : webhook.ignored) metrics_.ignored(reason, count);
  if (webhook.events.empty()) return {};
  const TimePoint now = clock_.now();
  std::vector<store::NewEvent> events;
  events.reserve(webhook.events.size());
  for (const IncomingEvent& event : webhook.events) {
    events.push_back({store::partition_of(event.chat_id, options_.partitions), event.id, std::string(channel),
                      seal_event(sealer_, event), now});
  }
  std::string record;
  if (!spool_.empty()) {
    record = encode_spooled(events);
    const auto behind = spool_.append_behind(record);
    if (!behind) return nowhere(behind.error());
    if (*behind) return {};
  }
  if (redis_trusted_.load()) {
    const auto taken = inbox_.append(events, now, options_.redis_patience);
    if (taken) {
      for (const store::Taken one : *taken) metrics_.event_taken(one == store::Taken::kDuplicate);
      return {};
    }
    metrics_.spooled_because(error_code_name(taken.error().code));
  } else {
    metrics_.spooled_because("not_ready");
  }
  if (record.empty()) record = encode_spooled(events);
  const Status spooled = spool_.append(record);
  return spooled ? Status() : nowhere(spooled.error());
}

Status Intake::replay_once() {
  if (spool_.empty() || !redis_trusted_.load()) return {};
  std::uint64_t moved = 0;
  const Status replayed = spool_.replay_batches(kReplayAtOnce, [&](const std::vector<std::string>& records) -> Status {
    std::vector<store::NewEvent> events;
    for (const std::string& record : records) {
      auto decoded = decode_spooled(record);
      if (!decoded) {
        // Its checksum was right, so it is a defect of ours, not damage; it must not hold up all that follow.
        log::error("intake.spooled_record_unreadable", {{"bytes", record.size()}});
        metrics_.ignored("spool_unreadable", 1);
        continue;
      }
      std::move(decoded->begin(), decoded->end(), std::back_inserter(events));
    }
    if (events.empty()) return {};
    const auto taken = inbox_.append(events, clock_.now(), kReplayPatience);
    if (!taken) return taken.error();
    for (const store::Taken one : *taken) metrics_.event_taken(one == store::Taken::kDuplicate);
    moved += events.size();
    return {};
  });
  if (moved > 0) log::info("intake.replayed", {{"events", moved}, {"complete", replayed.ok()}});
  return replayed;
}

void Intake::start() {
  thread_ = std::thread([this] { run(); });
}

void Intake::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Intake::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    (void)replay_once();  // what could not be moved stays spooled; the next round tries again
    lock.lock();
    wake_.wait_for(lock, options_.replay_interval, [this] { return stopping_; });
  }
}

}  // namespace kairan::gateway
