#include "gateway/emergency/snapshot_send.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/crypto.h"
#include "base/ids.h"
#include "base/token_bucket.h"
#include "broadcasts/wording.h"

namespace kairan::gateway {
namespace {

/// The text for a language: its own, plain Japanese for those who read it, else Japanese.
std::string language_shown(const Localized& texts, const std::string& language) {
  return texts.count(language) > 0 ? language : std::string("ja");
}

bool concerns(const SnapshotPerson& person, const std::vector<std::string>& districts) {
  if (districts.empty() || person.districts.empty()) return true;
  return std::any_of(person.districts.begin(), person.districts.end(), [&](const std::string& theirs) {
    return std::find(districts.begin(), districts.end(), theirs) != districts.end();
  });
}

class Run {
 public:
  Run(const SnapshotPlan& plan, FileLedger& ledger, broadcasts::Deliverer& deliverer, const Clock& clock,
      const SnapshotSendOptions& options)
      : plan_(plan),
        ledger_(ledger),
        deliverer_(deliverer),
        clock_(clock),
        options_(options),
        bucket_(1.0, std::max(options.per_second, 1.0), clock.steady_now()) {}

  void all() {
    std::vector<std::thread> threads;
    const std::size_t count = std::max<std::size_t>(1, std::min(options_.threads, plan_.batches.size()));
    threads.reserve(count);
    for (std::size_t t = 0; t < count; ++t) {
      threads.emplace_back([this] {
        while (!stopped()) {
          const std::size_t next = next_.fetch_add(1);
          if (next >= plan_.batches.size()) return;
          const SnapshotBatch& batch = plan_.batches[next];
          send(batch.name, batch.language, batch.addresses);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  std::string reason() const {
    const std::lock_guard lock(mutex_);
    return reason_;
  }

 private:
  bool stopped() const {
    const std::lock_guard lock(mutex_);
    return !reason_.empty();
  }
  void stop(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (reason_.empty()) reason_ = reason;
  }
  void wait_for_place() {
    if (options_.per_second <= 0) return;
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (bucket_.try_take(1.0, clock_.steady_now())) return;
      }
      options_.pause(std::chrono::milliseconds(2));
    }
  }

  void send(const std::string& name, const std::string& language, const std::vector<std::string>& addresses) {
    FileBatch row = ledger_.batch(name);
    if (row.outcome == "accepted" || row.outcome == "refused") return;
    if (row.outcome == "split") return halves(name, language, addresses);
    if (row.first_try && clock_.now() - *row.first_try > options_.retry_window) return;  // stays open, for a person
    const auto rendered = deliverer_.render({text_message(plan_.order.texts.at(language))});
    if (!rendered) return stop("本文を送れる形にできません: " + rendered.error().detail);
    const auto request = deliverer_.compose(addresses, *rendered, "");
    if (!request) return stop("送信の内容を作れません: " + request.error().detail);
    const std::string key = derived_uuid(plan_.order.id + "/" + name);

    std::chrono::milliseconds pause = options_.first_pause, waited{0};
    while (!stopped()) {
      wait_for_place();
      if (stopped()) return;
      const bool tried_before = row.first_try.has_value();
      if (const Status noted = ledger_.begin_try(name, clock_.now()); !noted)
        return stop("台帳に書けません: " + noted.error().detail);
      const SendResult result = deliverer_.deliver(*request, key, options_.call_timeout);
      if (!row.first_try) row.first_try = clock_.now();
      switch (result.outcome) {
        case Outcome::kAccepted:
          if (result.already_accepted && !tried_before) {
            return stop(
                "送った記録のないものを、LINEが送信済みと答えました。同じ名簿と文面で、別の台帳から送っていないか確かめ"
                "てください");
          }
          return finish(name, "accepted", addresses.size(), result.request_id);
        case Outcome::kUnauthorized:
          return stop("LINEがアクセストークンを受け付けません（" + std::to_string(result.status) + "）");
        case Outcome::kQuotaExhausted:
          return stop("今月の送信数の上限に達しています");
        case Outcome::kRefused:
          if (addresses.size() == 1) return finish(name, "refused", 1, result.request_id);
          if (const Status noted = ledger_.end(name, "split", 0, result.request_id, clock_.now()); !noted) {
            return stop("台帳に書けません: " + noted.error().detail);
          }
          return halves(name, language, addresses);
        case Outcome::kLater:
        case Outcome::kUnknown:
          break;
      }
      const auto length = std::max(pause, result.retry_after);
      if (waited + length > options_.patience) return;  // stays open: the next start goes on
      options_.pause(length);
      waited += length;
      pause = std::min(pause * 2, options_.longest_pause);
    }
  }

  void halves(const std::string& name, const std::string& language, const std::vector<std::string>& addresses) {
    const auto middle = addresses.begin() + static_cast<std::ptrdiff_t>(addresses.size() / 2);
    send(name + ".0", language, {addresses.begin(), middle});
    send(name + ".1", language, {middle, addresses.end()});
  }

  void finish(const std::string& name, std::string_view outcome, std::uint64_t people, const std::string& request) {
    if (const Status noted = ledger_.end(name, outcome, people, request, clock_.now()); !noted) {
      return stop("台帳に書けません: " + noted.error().detail);
    }
    const std::uint64_t done = done_.fetch_add(people) + people;
    if (options_.progress) options_.progress(done, plan_.order.people);
  }

  const SnapshotPlan& plan_;
  FileLedger& ledger_;
  broadcasts::Deliverer& deliverer_;
  const Clock& clock_;
  const SnapshotSendOptions& options_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> done_{0};
  mutable std::mutex mutex_;
  TokenBucket bucket_;  // guarded by mutex_
  std::string reason_;  // guarded by mutex_
};

}  // namespace

SnapshotPlan plan_snapshot_send(const SnapshotOrder& order, const PeopleSnapshot& snapshot, std::size_t batch_size,
                                TimePoint now) {
  SnapshotPlan plan;
  plan.order.kind = order.drill ? broadcasts::Kind::kDrill : broadcasts::Kind::kLive;
  plan.order.created = now;
  plan.order.title = order.title;
  plan.order.by = order.by;
  plan.order.areas = order.areas;
  for (const auto& [language, text] : order.texts)
    plan.order.texts[language] = order.drill ? broadcasts::with_mark(broadcasts::kDrillMark, text) : text;

  std::map<std::string, std::vector<std::string>> by_language;
  std::string whole = snapshot.installation + "\n" + std::to_string(to_unix_ms(snapshot.created)) + "\n";
  for (const SnapshotPerson& person : snapshot.people) {
    if (!concerns(person, order.districts)) continue;
    by_language[language_shown(plan.order.texts, person.language)].push_back(person.address);
    whole += person.address + "\n";
    if (!order.districts.empty()) ++(person.districts.empty() ? plan.undeclared : plan.registered);
  }
  for (const auto& [language, text] : plan.order.texts) whole += language + "\n" + text + "\n";
  plan.order.print = to_hex(bytes_of(sha256(whole)));
  // The id follows from what is sent and to whom, so a start without the old ledger still carries the same retry keys.
  plan.order.id = plan.order.print.substr(0, 32);
  for (auto& [language, addresses] : by_language) {
    for (std::size_t from = 0; from < addresses.size(); from += batch_size) {
      const std::size_t to = std::min(from + batch_size, addresses.size());
      plan.batches.push_back({std::to_string(plan.batches.size()),
                              language,
                              {addresses.begin() + static_cast<std::ptrdiff_t>(from),
                               addresses.begin() + static_cast<std::ptrdiff_t>(to)}});
    }
    plan.order.people += addresses.size();
  }
  plan.order.batches = plan.batches.size();
  return plan;
}

SnapshotOutcome send_snapshot(const SnapshotPlan& plan, FileLedger& ledger, broadcasts::Deliverer& deliverer,
                              const Clock& clock, const SnapshotSendOptions& options) {
  Run run(plan, ledger, deliverer, clock, options);
  run.all();
  SnapshotOutcome outcome = read_outcome(ledger);
  outcome.stopped = run.reason();
  return outcome;
}

SnapshotOutcome read_outcome(const FileLedger& ledger) {
  SnapshotOutcome outcome;
  for (const auto& [name, batch] : ledger.batches()) {
    if (batch.outcome == "accepted") outcome.accepted += batch.people;
    if (batch.outcome == "refused") outcome.refused += batch.people;
  }
  const std::uint64_t known = outcome.accepted + outcome.refused;
  outcome.open = ledger.order().people > known ? ledger.order().people - known : 0;
  return outcome;
}

}  // namespace kairan::gateway
