#include "broadcasts/batch_sender.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "base/ids.h"
#include "base/log.h"
#include "broadcasts/store_trouble.h"

namespace kairan::broadcasts {

using std::chrono::milliseconds;
using store::BatchEnd;
using store::BatchRow;
using store::BatchState;
using store::SubscriberRef;

struct BatchSender::Prepared {
  std::string request;
  std::size_t recipients = 0;
  std::vector<SubscriberRef> left_out;
};

namespace {

/// Another thread is planning the next batches.
constexpr milliseconds kPlanning{2};
constexpr milliseconds kQuotaAgain{60'000};
constexpr std::chrono::seconds kQuotaFresh{5};
const StaffText kMonthSpent{"今月の送信数の上限に達しました。プランを確認してから再開してください。",
                            "This month's messages are used up. Look at the plan, then resume."};
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kBadRequest = 400;
constexpr int kTooLargeRequest = 413;
constexpr int kTooMany = 429;

}  // namespace

BatchSender::BatchSender(BatchSenderParts parts, BatchSenderOptions options)
    : parts_(parts), options_(std::move(options)) {}

BatchSender::~BatchSender() = default;

bool BatchSender::is_live(const std::string& claim) const {
  return claims_.holds(claim);
}

void BatchSender::stop() {
  stopping_ = true;
}

template <typename Step>
auto BatchSender::insist(const Step& step) {
  for (;;) {
    auto done = step();
    if (done || !passes(done.error()) || stopping_) return done;
    std::this_thread::sleep_for(kStoreAway);
  }
}

void BatchSender::probe(ActiveBroadcast& broadcast) {
  const auto next = parts_.ledger.next(broadcast.record.id);
  if (!next) {
    parts_.board.idle(broadcast, std::min(kStoreAway, options_.idle));
    return;
  }
  if (!next->cursor.end || (next->unfinished > 0 && next->wait <= milliseconds(0))) {
    parts_.board.stir(broadcast.record.id);
    return;
  }
  parts_.board.idle(broadcast, next->unfinished > 0 ? std::min(next->wait, options_.idle) : options_.idle);
  if (next->unfinished == 0) parts_.events.look(broadcast.record.id);
}

bool BatchSender::work(ActiveBroadcast& broadcast) {
  const WorkInHand::Mark live(claims_, random_hex(8));
  const std::string& id = broadcast.record.id;
  auto claim = parts_.ledger.claim(id, options_.owner, live.name(), options_.hold);
  if (claim && claim->kind != store::Claim::Kind::kBatch && claim->kind != store::Claim::Kind::kNotSending &&
      !claim->cursor.end) {
    plan(broadcast, claim->cursor);
    claim = parts_.ledger.claim(id, options_.owner, live.name(), options_.hold);
  }
  if (!claim) {
    if (!passes(claim.error())) log::error("batch.claim", {{"broadcast", id}, {"reason", claim.error().detail}});
    parts_.board.idle(broadcast, std::min(kStoreAway, options_.idle));
    return false;
  }
  switch (claim->kind) {
    case store::Claim::Kind::kNotSending:
      parts_.board.idle(broadcast, options_.idle);
      parts_.events.look(id);
      return false;
    case store::Claim::Kind::kNone:
      parts_.board.idle(broadcast, claim->cursor.end ? options_.idle : kPlanning);
      if (claim->cursor.end) parts_.events.look(id);
      return false;
    case store::Claim::Kind::kWait:
      parts_.board.idle(broadcast, claim->cursor.end ? std::min(claim->wait, options_.idle) : kPlanning);
      return false;
    case store::Claim::Kind::kBatch:
      break;
  }
  if (broadcast.priority == Priority::kEmergency) {
    if (claim->cursor.end) {
      parts_.board.let_go();
    } else {
      parts_.board.keep_back();
    }
  }
  const bool used = send(broadcast, claim->row);
  if (claim->unfinished < options_.plan_below && !claim->cursor.end) plan(broadcast, claim->cursor);
  return used;
}

void BatchSender::plan(ActiveBroadcast& broadcast, store::AudienceCursor cursor) {
  const std::unique_lock lock(broadcast.planning, std::try_to_lock);
  if (!lock) return;
  const store::AudienceCursor from = cursor;
  const auto batches = broadcast.audience.cut(cursor, broadcast.deliverer->limits().recipients, options_.plan_lot);
  const auto planned = parts_.ledger.plan(broadcast.record.id, from, batches, cursor);
  if (!planned) {
    if (!passes(planned.error()))
      log::error("batch.plan", {{"broadcast", broadcast.record.id}, {"reason", planned.error().detail}});
    return;
  }
  if (*planned) parts_.board.stir(broadcast.record.id);
}

Result<BatchSender::Prepared> BatchSender::prepare(ActiveBroadcast& broadcast, const BatchRow& row) {
  const std::vector<SubscriberRef> people = broadcast.audience.members(row.slice);
  Prepared prepared;
  std::vector<std::string> addresses;
  addresses.reserve(people.size());
  for (std::size_t begin = 0; begin < people.size();) {
    const store::Partition partition = people[begin].partition;
    std::size_t end = begin;
    Bitmap wanted(broadcast.audience.length(row.slice.variant, partition));
    for (; end < people.size() && people[end].partition == partition; ++end) wanted.set(people[end].ordinal);
    const auto consenting = parts_.composer.consenting(broadcast.record, partition, wanted);
    if (!consenting) return consenting.error();
    std::vector<std::uint32_t> ordinals;
    for (std::size_t i = begin; i < end; ++i) {
      if (consenting->test(people[i].ordinal)) {
        ordinals.push_back(people[i].ordinal);
      } else {
        prepared.left_out.push_back(people[i]);
      }
    }
    if (!ordinals.empty()) {
      auto found = parts_.subscribers.addresses(partition, ordinals);
      if (!found) return found.error();
      for (std::size_t i = 0; i < found->size(); ++i) {
        if (broadcast.deliverer->can_reach((*found)[i])) {
          addresses.push_back(std::move((*found)[i]));
        } else {
          prepared.left_out.push_back({partition, ordinals[i]});
        }
      }
    }
    begin = end;
  }
  prepared.recipients = addresses.size();
  if (addresses.empty()) return prepared;
  auto request =
      broadcast.deliverer->compose(addresses, broadcast.variants[row.slice.variant].rendered, broadcast.unit);
  if (!request) return request.error();
  prepared.request = *std::move(request);
  return prepared;
}

/// Planned → in flight. @return whether `request` may be sent now
bool BatchSender::begin(ActiveBroadcast& broadcast, BatchRow& row, std::string& request) {
  const std::string& id = broadcast.record.id;
  if (row.slice.variant >= broadcast.variants.size()) {
    (void)parts_.events.fail(broadcast, {"配信台帳が壊れています。記録にない文面を参照しています。",
                                         "The ledger is damaged: it names a text that is not there."});
    return false;
  }
  auto prepared = prepare(broadcast, row);
  if (!prepared) {
    (void)parts_.ledger.later(id, row, options_.prepare_again, false, 0, error_code_name(prepared.error().code));
    if (!passes(prepared.error())) {
      log::error("batch.prepare", {{"broadcast", id}, {"batch", row.number}, {"reason", prepared.error().detail}});
      parts_.events.halt(broadcast, HaltCause::kNotComposable,
                         {"送信内容を組み立てられません。" + prepared.error().detail,
                          "The request cannot be made. " + told(prepared.error()).en});
    }
    return false;
  }
  if (prepared->recipients == 0) {
    finish(broadcast, row, {BatchState::kEmpty, 0, "", "", std::move(prepared->left_out)});
    return false;
  }
  row.retry_key = derived_uuid("kairan/batch/" + options_.installation + '/' + id + '/' + std::to_string(row.number) +
                               '/' + std::to_string(row.splits));
  const auto store_it = [&] {
    return parts_.ledger.begin(id, row, row.retry_key, prepared->request, prepared->recipients, prepared->left_out,
                               options_.hold);
  };
  auto begun = store_it();
  if (!begun && begun.error().code == ErrorCode::kTimeout) begun = store_it();
  if (!begun || !*begun) {
    // Not begun, or begun without our knowing: the claim ends here, and whoever finds it goes on from what is stored.
    if (begun) parts_.events.look(id);
    return false;
  }
  row.state = BatchState::kInFlight;
  row.tries = 1;
  row.sent = static_cast<std::uint32_t>(prepared->recipients);
  row.first_try_at = parts_.clock.now();
  request = std::move(prepared->request);
  return true;
}

/// A batch in flight: the same bytes again. @return whether `request` may be sent now
bool BatchSender::reopen(ActiveBroadcast& broadcast, BatchRow& row, std::string& request) {
  if (row.first_try_at && parts_.clock.now() - *row.first_try_at > options_.retry_window) {
    finish(broadcast, row, {BatchState::kUnknown, row.status, "", "no answer within the time a key is known", {}});
    return false;
  }
  auto stored = parts_.ledger.request(broadcast.record.id, row.number);
  if (!stored) return false;
  if (!*stored) {
    log::error("batch.no_bytes", {{"broadcast", broadcast.record.id}, {"batch", row.number}});
    finish(broadcast, row, {BatchState::kUnknown, row.status, "", "its bytes are gone", {}});
    return false;
  }
  request = **std::move(stored);
  return true;
}

bool BatchSender::send(ActiveBroadcast& broadcast, BatchRow& row) {
  std::string request;
  const bool ready =
      row.state == BatchState::kPlanned ? begin(broadcast, row, request) : reopen(broadcast, row, request);
  if (!ready) return false;
  const bool urgent = broadcast.priority == Priority::kEmergency;
  if (!parts_.gate.depart(urgent ? RateGate::Urgency::kUrgent : RateGate::Urgency::kOrdinary)) return true;
  const SendResult result = broadcast.deliverer->deliver(request, row.retry_key, options_.call_timeout);
  conclude(broadcast, row, result);
  return true;
}

void BatchSender::conclude(ActiveBroadcast& broadcast, const BatchRow& row, const SendResult& result) {
  if (result.outcome != Outcome::kAccepted) {
    log::info("batch.not_accepted", {{"broadcast", broadcast.record.id},
                                     {"batch", row.number},
                                     {"outcome", outcome_name(result.outcome)},
                                     {"status", result.status},
                                     {"try", row.tries}});
  }
  switch (result.outcome) {
    case Outcome::kAccepted:
      if (result.already_accepted && row.tries <= 1) {
        finish(broadcast, row,
               {BatchState::kUnknown, result.status, result.request_id, "taken before its first try", {}});
        parts_.events.halt(
            broadcast, HaltCause::kDuplicate,
            {"記録にない送信がすでに受け付けられています（409）。"
             "バックアップから戻したあとの重複の恐れがあるため、一時停止しました。",
             "LINE had already taken a request that is not on record (409). Paused, since after a restore "
             "people could get it twice."});
        return;
      }
      finish(broadcast, row, {BatchState::kAccepted, result.status, result.request_id, "", {}});
      return;
    case Outcome::kUnauthorized:
      later(broadcast, row, result);
      parts_.events.halt(broadcast, HaltCause::kUnauthorized,
                         {"LINE がアクセストークンを受け付けません（401）。トークンを確認してから再開してください。",
                          "LINE does not accept the access token (401). Look at the token, then resume."});
      return;
    case Outcome::kQuotaExhausted:
      later(broadcast, row, result);
      parts_.events.halt(broadcast, HaltCause::kQuota, kMonthSpent);
      return;
    case Outcome::kRefused:
      refused(broadcast, row, result);
      return;
    case Outcome::kLater:
      later(broadcast, row, result);
      if (result.status == kTooMany && month_is_spent(*broadcast.deliverer)) {
        parts_.events.halt(broadcast, HaltCause::kQuota, kMonthSpent);
      }
      return;
    case Outcome::kUnknown:
      later(broadcast, row, result);
      return;
  }
}

void BatchSender::refused(ActiveBroadcast& broadcast, const BatchRow& row, const SendResult& result) {
  const std::string& id = broadcast.record.id;
  if (result.status == kForbidden || result.status == kUnauthorized) {
    later(broadcast, row, result);
    parts_.events.halt(broadcast, HaltCause::kUnauthorized,
                       {"LINE がこのアカウントからの送信を認めません（403）。契約を確認してから再開してください。",
                        "LINE does not let this account send (403). Look at the contract, then resume."});
    return;
  }
  if (result.status == kBadRequest || result.status == kTooLargeRequest) {
    const Status valid =
        broadcast.deliverer->validate(broadcast.variants[row.slice.variant].rendered, options_.call_timeout);
    if (!valid && valid.error().code == ErrorCode::kInvalid) {
      // First the broadcast, then the batch: a broadcast whose last batch has ended counts as sent.
      if (!parts_.events.fail(broadcast, {"LINE が文面を受け付けません：" + valid.error().detail,
                                          "LINE does not accept the text: " + valid.error().detail})) {
        later(broadcast, row, result);
        return;
      }
      finish(broadcast, row, {BatchState::kRefused, result.status, result.request_id, result.detail, {}});
      return;
    }
    if (!valid) {
      later(broadcast, row, result);
      return;
    }
    const auto [first, second] = broadcast.audience.halves(row.slice);
    if (row.sent > 1 && first.recipients > 0) {
      const Status split = insist([&, &one = first, &two = second] {
        return parts_.ledger.split(id, row, one, two, result.status, result.detail);
      });
      if (!split)
        log::error("batch.split", {{"broadcast", id}, {"batch", row.number}, {"reason", split.error().detail}});
      parts_.board.stir(id);
      return;
    }
  }
  finish(broadcast, row, {BatchState::kRefused, result.status, result.request_id, result.detail, {}});
}

void BatchSender::later(ActiveBroadcast& broadcast, const BatchRow& row, const SendResult& result) {
  milliseconds wait = std::max(result.retry_after, backoff(row.tries));
  if (result.outcome == Outcome::kQuotaExhausted) wait = kQuotaAgain;
  const bool maybe_taken = result.outcome == Outcome::kUnknown;
  const auto failing = insist(
      [&] { return parts_.ledger.later(broadcast.record.id, row, wait, maybe_taken, result.status, result.detail); });
  if (!failing) return;
  const bool over = failing->tries >= options_.failed_tries && failing->since >= options_.failing_for;
  if (over) {
    parts_.events.halt(broadcast, HaltCause::kFailing,
                       {"LINE への送信の失敗が続いています。LINE の状況を確認してから再開してください。",
                        "Sending to LINE fails again and again. Look at LINE's state, then resume."});
  }
}

void BatchSender::finish(ActiveBroadcast& broadcast, const BatchRow& row, const BatchEnd& end) {
  const auto remaining = insist([&] { return parts_.ledger.finish(broadcast.record.id, row, end); });
  if (!remaining) {
    log::warn("batch.finish",
              {{"broadcast", broadcast.record.id}, {"batch", row.number}, {"reason", remaining.error().detail}});
    return;
  }
  if (end.outcome == BatchState::kRefused || end.outcome == BatchState::kUnknown) check_budget(broadcast);
  if (remaining->all_done()) parts_.events.look(broadcast.record.id);
}

void BatchSender::check_budget(ActiveBroadcast& broadcast) {
  const auto figures = parts_.ledger.figures(broadcast.record.id);
  if (!figures) return;
  const std::uint64_t forgiven = broadcast.forgiven;
  const auto less = [forgiven](std::uint64_t count) { return count > forgiven ? count - forgiven : 0; };
  const std::uint64_t bad = less(figures->batches.refused + figures->batches.unknown);
  const std::uint64_t ended = figures->batches.accepted + bad;
  const bool many =
      bad >= options_.bad_batches && static_cast<double>(bad) >= options_.bad_share * static_cast<double>(ended);
  if (many || less(figures->recipients.refused) >= options_.bad_recipients) {
    const std::string count = std::to_string(bad);
    parts_.events.halt(
        broadcast, HaltCause::kErrors,
        {"受け付けられない送信が多いため、一時停止しました（" + count + "件）。内容と宛先を確認してください。",
         "Paused because many requests were refused (" + count + "). Look at the text and the audience."});
  }
}

bool BatchSender::month_is_spent(Deliverer& deliverer) {
  const SteadyPoint now = std::chrono::steady_clock::now();
  {
    std::lock_guard lock(mutex_);
    if (quota_asked_ != SteadyPoint{} && now - quota_asked_ < kQuotaFresh) return quota_spent_;
    quota_asked_ = now;
  }
  const auto quota = deliverer.quota(options_.call_timeout);
  const bool spent = quota && quota->limited && quota->used >= quota->limit;
  std::lock_guard lock(mutex_);
  quota_spent_ = spent;
  return spent;
}

milliseconds BatchSender::backoff(std::uint32_t tries) const {
  thread_local std::minstd_rand random(std::random_device{}());
  const auto doubled = options_.first_backoff * (1 << std::min(tries > 0 ? tries - 1 : 0U, 10U));
  const auto most = std::min<milliseconds>(doubled, options_.max_backoff);
  return most / 2 + most * static_cast<int>(random() % 512) / 1024;
}

}  // namespace kairan::broadcasts
