// A dispatcher on a private Redis with a platform and a composer of the test's own, driven step by step.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "broadcasts/dispatcher.h"
#include "broadcasts/record_fields.h"
#include "store/broadcasts.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_platform.h"
#include "tests/support/staff_words.h"
#include "tests/support/test_redis.h"

namespace kairan::test {

constexpr store::Partition kDispatchPartitions = 4;

inline TestRedis& dispatch_redis() {
  static TestRedis instance;
  return instance;
}

/// Everyone who follows; even and odd ordinals read different variants.
class EveryoneComposer final : public broadcasts::Composer {
 public:
  explicit EveryoneComposer(store::Subscribers& subscribers) : subscribers_(subscribers) {}

  Result<broadcasts::Composition> compose(const store::BroadcastRecord& record) override {
    if (record.field("broken") == "1") return Error{ErrorCode::kInvalid, "条件が壊れています"};
    broadcasts::Composition composition;
    const std::string name(record.field("name"));
    composition.variants = {{{"偶数", "even"}, name + "/even"}, {{"奇数", "odd"}, name + "/odd"}};
    for (store::Partition p = 0; p < kDispatchPartitions; ++p) {
      auto following = followers(p);
      if (!following) return following.error();
      broadcasts::PartitionAudience part{p, {Bitmap(following->length()), Bitmap(following->length())}};
      following->for_each([&](std::size_t n) {
        part.by_variant[n % 2].set(n);
        ++composition.recipients;
        return true;
      });
      composition.audience.push_back(std::move(part));
    }
    return composition;
  }
  Result<Bitmap> consenting(const store::BroadcastRecord&, store::Partition partition, const Bitmap& wanted) override {
    auto following = followers(partition);
    if (!following) return following.error();
    Bitmap both = wanted;
    both &= *following;
    return both;
  }

 private:
  Result<Bitmap> followers(store::Partition p) {
    const std::vector<store::Partition> partitions{p};
    const std::vector<std::string> names{std::string(store::Subscribers::kFollowers)};
    auto bits = subscribers_.read_bitmaps(partitions, names);
    if (!bits) return bits.error();
    return std::move(bits->at(0).bitmaps.at(0));
  }
  store::Subscribers& subscribers_;
};

class HeardNotice final : public broadcasts::StaffNotice {
 public:
  void tell(const broadcasts::Notice& notice) override {
    std::lock_guard lock(mutex);
    notices.push_back(notice);
  }
  Status over(const store::BroadcastRecord& record) override {
    std::lock_guard lock(mutex);
    over_states.push_back(record.state);
    return {};
  }
  std::size_t count(broadcasts::Notice::Kind kind) {
    std::lock_guard lock(mutex);
    std::size_t n = 0;
    for (const auto& notice : notices) n += notice.kind == kind ? 1 : 0;
    return n;
  }
  std::mutex mutex;
  std::vector<broadcasts::Notice> notices;
  std::vector<std::string> over_states;
};

struct DispatchFixture {
  DispatchFixture() {
    dispatch_redis().client().set_fault({});
    dispatch_redis().client().set_lost_reply({});
    dispatch_redis().flush();
    restart();
  }
  ~DispatchFixture() {
    dispatch_redis().client().set_fault({});
    dispatch_redis().client().set_lost_reply({});
  }

  /// The process dies and another starts on the same store.
  void restart() {
    if (dispatcher) {
      dispatcher->stop();
      gone.insert(owner);
    }
    dispatcher.reset();
    owner = "process-" + std::to_string(++processes);
    dispatcher = make(owner);
  }

  std::unique_ptr<broadcasts::Dispatcher> make(const std::string& named) {
    broadcasts::DispatcherOptions options;
    options.batch.owner = named;
    options.batch.installation = "test";
    options.batch.first_backoff = milliseconds(1);
    options.batch.max_backoff = milliseconds(2);
    options.batch.idle = milliseconds(0);
    options.batch.prepare_again = milliseconds(0);
    options.batch.plan_lot = 2;
    options.batch.plan_below = 1;
    options.rate.per_second = 0;
    options.senders = 3;
    options.emergency_senders = 1;
    options.is_gone = [this](std::string_view who) { return gone.count(std::string(who)) > 0; };
    return std::make_unique<broadcasts::Dispatcher>(
        broadcasts::DispatcherParts{dispatch_redis().client(), store, ledger, subscribers, composer,
                                    {&platform, &practice}, staff, clock},
        options);
  }

  static std::string address_of(unsigned number) { return "resident:" + std::to_string(number); }

  void follow(unsigned from, unsigned to) {
    for (unsigned i = from; i < to; ++i) must(subscribers.set_following(address_of(i), true, clock.now()));
  }

  std::string schedule(const std::string& name, std::map<std::string, std::string> fields = {}) {
    store::BroadcastRecord record;
    record.id = random_hex(16);
    record.state = "approved";
    record.fields = std::move(fields);
    record.fields.emplace("name", name);
    record.fields.emplace("kind", "live");
    record.fields.emplace("priority", "bulk");
    must(store.create(record, clock.now()));
    must(store.update(record.id, 0, {"scheduled", {}, {}, clock.now()}));
    return record.id;
  }
  std::string state(const std::string& id) { return must(store.read(id))->state; }
  void set_state(const std::string& id, const std::string& to, std::optional<TimePoint> due = std::nullopt) {
    must(store.update(id, must(store.read(id))->revision, {to, {}, {}, due}));
  }

  void step() {
    dispatcher->keep_once();
    dispatcher->watch_once(true);
    dispatcher->watch_once(false);
  }
  /// Steps until the broadcast has come to rest.
  void run(const std::string& id, milliseconds limit = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
      step();
      while (dispatcher->send_once()) {
      }
      const auto record = store.read(id);
      if (!record || !*record) continue;
      const auto now = broadcasts::parse_state((*record)->state);
      if (!now) return;
      if (now == broadcasts::State::kHeld || now == broadcasts::State::kPaused) return;
      if (broadcasts::is_final(*now)) {
        dispatcher->sweep();
        return;
      }
      clock.advance(milliseconds(50));
    }
  }

  FakeClock clock{SystemClock().now()};
  const Sealer sealer{Secret(std::string(32, 'k'))};
  store::Broadcasts store{dispatch_redis().client()};
  store::BroadcastLedger ledger{dispatch_redis().client(), kDispatchPartitions};
  store::Subscribers subscribers{dispatch_redis().client(), sealer, kDispatchPartitions};
  EveryoneComposer composer{subscribers};
  FakePlatform platform;
  FakePlatform practice{false};
  HeardNotice staff;
  std::set<std::string> gone;
  std::string owner;
  int processes = 0;
  std::unique_ptr<broadcasts::Dispatcher> dispatcher;
};

}  // namespace kairan::test
