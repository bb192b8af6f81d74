#include "gateway/eraser.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/log.h"
#include "gateway/gap_store.h"
#include "gateway/intake.h"
#include "store/file_rewrite.h"
#include "store/group_codes.h"
#include "store/inbox_sweep.h"
#include "store/resident_codes.h"

namespace kairan::gateway {
namespace {

/// A spool file without records holds its magic alone (spool_file.h).
constexpr std::uintmax_t kEmptySpoolFile = 8;
constexpr milliseconds kSpoolStep{50};

std::string context_of(store::SubscriberRef ref) {
  return "erasing/" + std::to_string(ref.partition) + "/" + std::to_string(ref.ordinal);
}

template <typename Number>
bool read_number(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool spool_folder_is_empty(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".spool") continue;
    const auto size = entry.file_size(error);
    if (!error && size > kEmptySpoolFile) return false;
  }
  return true;
}

Eraser::Eraser(store::RedisClient& redis, const Sealer& sealer, store::Partition partitions, const Clock& clock,
               EraserOptions options)
    : redis_(redis), sealer_(sealer), partitions_(partitions), clock_(clock), options_(std::move(options)) {}

Status Eraser::wait_for_spool() const {
  if (!options_.spool_is_empty) return {};
  const SteadyPoint deadline = clock_.steady_now() + options_.spool_patience;
  while (!options_.spool_is_empty()) {
    if (clock_.steady_now() >= deadline) {
      return Error{ErrorCode::kUnavailable, "events still wait in the spool for Redis; erase again when it is empty"};
    }
    std::this_thread::sleep_for(kSpoolStep);
  }
  return {};
}

Result<std::vector<Eraser::Pending>> Eraser::pending(store::Partition partition) {
  const auto reply = redis_.command({"HGETALL", store::keys::erasing(partition)});
  if (!reply) return reply.error();
  std::vector<Pending> all;
  for (std::size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    Pending one;
    one.ref.partition = partition;
    read_number(reply->items[i].text, one.ref.ordinal);
    const auto plain = sealer_.open(reply->items[i + 1].text, context_of(one.ref));
    if (!plain) continue;  // sealed under a former data key: nobody can say any more whom it was about
    const std::size_t space = plain->find(' ');
    std::int64_t ms = 0;
    if (space == std::string::npos || !read_number(plain->substr(0, space), ms)) continue;
    one.at = from_unix_ms(ms);
    one.address = plain->substr(space + 1);
    all.push_back(std::move(one));
  }
  return all;
}

Status Eraser::note(const Pending& begun) {
  const std::string plain = std::to_string(to_unix_ms(begun.at)) + " " + begun.address;
  const auto noted = redis_.command({"HSET", store::keys::erasing(begun.ref.partition), std::to_string(begun.ref.ordinal),
                                     sealer_.seal(plain, context_of(begun.ref))});
  return noted ? Status() : Status(noted.error());
}

Status Eraser::complete(const Pending& begun, std::string_view spare) {
  // The slot first, so that no audience made from here on holds them.
  const auto since =
      store::SubscriberErasure(redis_, sealer_, partitions_).erase(begun.ref, begun.address, begun.at);
  if (!since && since.error().code != ErrorCode::kNotFound) return since.error().within("subscriber");
  if (const Status done = store::ResidentCodes(redis_, sealer_).forget(begun.ref); !done) return done.error().within("codes");
  if (const Status done = store::GroupCodes(redis_, sealer_).forget(begun.ref); !done) return done.error().within("groups");
  const store::ErasedSubscriber erased{begun.ref, begun.address, since ? *since : begun.at};
  for (store::ErasureParticipant* const participant : options_.participants) {
    if (const Status done = participant->erase(erased); !done) return done.error().within(participant->name());
  }
  if (const Status cleared = clear_elsewhere(begun.address, spare); !cleared) return cleared;
  // Counted while the erasure is still noted, so that a break between the two only counts twice.
  if (const Status counted = store::FileRewrite(redis_).want(); !counted) return counted.error().within("file");
  const auto done =
      redis_.command({"HDEL", store::keys::erasing(begun.ref.partition), std::to_string(begun.ref.ordinal)});
  return done ? Status() : Status(done.error());
}

Status Eraser::clear_elsewhere(const std::string& address, std::string_view spare) {
  if (const Status swept = sweep(address, spare); !swept) return swept.error().within("inbox");
  const auto gaps = RedisGapStore(redis_, sealer_).forget(gap_resident_tag(sealer_, address));
  return gaps ? Status() : Status(gaps.error().within("gaps"));
}

Status Eraser::erase(const std::string& address, TimePoint at, std::string_view spare) {
  if (const Status empty = wait_for_spool(); !empty) return empty;
  store::Subscribers subscribers(redis_, sealer_, partitions_);
  const auto begun = pending(subscribers.partition_of(address));
  if (!begun) return begun.error();
  std::vector<Pending> own;
  for (const Pending& one : *begun) {
    if (one.address == address) own.push_back(one);
  }
  const bool is_repeat = std::any_of(own.begin(), own.end(), [&](const Pending& one) { return one.at >= at; });
  if (!is_repeat) {
    const auto ref = subscribers.find(address);
    if (!ref) return ref.error();
    if (*ref) {
      own.push_back({**ref, address, at});
      if (const Status noted = note(own.back()); !noted) return noted;
    }
  }
  for (const Pending& one : own) {
    if (const Status done = complete(one, spare); !done) return done;
  }
  // Someone without a slot may have written all the same.
  if (own.empty()) {
    if (const Status cleared = clear_elsewhere(address, spare); !cleared) return cleared;
    if (const Status counted = store::FileRewrite(redis_).want(); !counted) return counted.error().within("file");
  }
  log::info("erase.done", {{"subscriber", sealer_.pseudonym(address)}});
  return {};
}

Result<std::size_t> Eraser::finish_pending() {
  std::size_t finished = 0;
  Status first;
  for (store::Partition p = 0; p < partitions_; ++p) {
    const auto begun = pending(p);
    if (!begun) return begun.error();
    for (const Pending& one : *begun) {
      const Status done = complete(one, {});
      if (done) ++finished;
      else if (first) first = done;
    }
  }
  if (!first) return first.error();
  return finished;
}

Status Eraser::sweep(const std::string& address, std::string_view spare) {
  // In groups a person's events lie in the group's partition, so all are looked through.
  for (store::Partition p = 0; p < partitions_; ++p) {
    const auto swept = store::sweep_inbox(redis_, p, [&](const store::Waiting& waiting) {
      if (!spare.empty() && waiting.event_id == spare) return false;
      const auto plain = waiting.kind == store::Waiting::Kind::kReply
                             ? sealer_.open(waiting.body, "reply:" + waiting.position)
                             : open_event(sealer_, waiting.event_id, waiting.body);
      return plain && plain->find(address) != std::string::npos;
    });
    if (!swept) return swept.error();
  }
  return {};
}

}  // namespace kairan::gateway
