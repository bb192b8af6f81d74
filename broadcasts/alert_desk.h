// The live side of warnings: takes messages in, keeps what is held for a person, hands what goes out to the broadcasts.
//
// Guarantees
//   - State and what follows from it change in one write; what must go out stays in the book until it was handed over, so a
//     crash between the two loses nothing, and the key of the order makes repeating it harmless.
//   - A correction or a cancel names the broadcast that it belongs to; without one (nothing was sent) nothing goes out.
//   - What is held and past its expiry is not released any more.
//   - Nothing is silent: every decision is in the log of the book, every held item and every failure is told to the staff, and
//     an item nobody acknowledges is told again.
// Threads: any; several processes may serve one store (writes are by revision).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/staff_text.h"
#include "broadcasts/alert_engine.h"
#include "store/alert_book.h"

namespace kairan::broadcasts {

/// What goes out, as the desk orders it.
struct AlertOrder {
  std::string id;                           ///< unique; the same order has the same id however often it is handed over
  AlertStatus status = AlertStatus::kReal;  ///< of the message it came from; anything else is not sent
  AlertEffect effect = AlertEffect::kNew;
  std::string title;
  Localized texts;
  std::string segment;   ///< "everyone" or rules as JSON
  std::string severity;  ///< "emergency", "scheduled"
  TimePoint expires;
  std::string corrects;  ///< id of the broadcast that is corrected or withdrawn; "" for none
  std::string rule;      ///< id of the rule in alerts.yaml
  std::string section;   ///< 課: in whose name it goes out
  std::string by;        ///< the account that released it; "" when the rules did
  std::string release;   ///< hash of the published rules that decided it; "" when nobody published them
};

/// Where orders go: the broadcasts. Threads: any.
class AlertSink {
 public:
  virtual ~AlertSink() = default;
  /// Makes and starts the broadcast of an order; an order that was handed over before gives the same id and starts nothing.
  /// @return the broadcast's id; kInvalid or kRefused when it never will be sent (told to the staff), else try again
  virtual Result<std::string> send(const AlertOrder& order) = 0;
};

/// Whom a decision goes to, as a segment: "everyone" or rules as JSON. Districts are those registered there and those who
/// registered none.
std::string alert_segment(const AlertDecision& decision);

/// Something that the staff must know.
struct AlertNews {
  std::string subject, text;
  std::string held;       ///< id of the held item that waits for a person; "" when none does
  std::string broadcast;  ///< the one that was begun; "" when none was
};

/// Tells the staff (mail, LINE staff group). Either may be empty. Threads: any; must not block for long.
struct AlertNotice {
  std::function<void(const AlertNews&)> tell;
  /// Nobody has to look at this held item any more: somebody acknowledged or decided it, or it is gone from the desk.
  /// @param by  the account; "" = the system
  std::function<void(const std::string& held, const std::string& by)> settled;
};

/// One item on the desk.
struct HeldAlert {
  std::string id;
  TimePoint at;
  StaffText reason;  ///< why it waits
  std::string name;  ///< the message's file or link
  std::string kind, level;
  std::string episode;
  std::string acknowledged_by;
  int told = 0;  ///< how often the staff were told
  AlertOrder order;
};

struct AlertLogEntry {
  TimePoint at;
  std::string name, action, effect, kind, level;
  StaffText reason;
  std::string broadcast, by;
};

/// A resident-facing summary of what is in force.
struct HazardInForce {
  std::string kind, level;
  Localized name;
  TimePoint since;
};

class AlertDesk {
 public:
  struct Ports {
    AlertSink* sink = nullptr;  ///< outlives the desk
    AlertNotice notice;
    std::function<std::shared_ptr<const AlertContent>()> content;  ///< the rules as of now
    /// Empty: the engine, and may_be_ordered() of alert_walls.h. Others are for the tests, which take each wall away; nothing
    /// that an operator sets leads here.
    std::function<std::vector<AlertDecision>(const AlertContent&, AlertState&, const Alert&, TimePoint)> decide;
    std::function<bool(const Alert&, const AlertDecision&)> may_be_ordered;
  };
  struct Settings {
    std::chrono::minutes tell_again{10};  ///< an item nobody acknowledged is told again after this
    int tell_at_most = 3;
  };

  AlertDesk(store::RedisClient& redis, Ports ports, const Clock& clock)
      : AlertDesk(redis, std::move(ports), clock, Settings{}) {}
  AlertDesk(store::RedisClient& redis, Ports ports, const Clock& clock, Settings settings);

  /// Decides about messages and hands over what goes out. An error: the store is away and nothing happened; offer them again.
  Status take(const std::vector<Alert>& alerts);
  /// Writes down that bytes could not be read.
  Status note(const std::string& name, const std::string& problem);

  Result<std::vector<HeldAlert>> held();
  Result<std::vector<AlertLogEntry>> log();
  Result<std::vector<HazardInForce>> in_force();

  /// Sends a held item. kNotFound when it is not there (any more), kConflict when it is past its expiry.
  /// @return the broadcast's id, or "" when it will be handed over as soon as the broadcasts take it
  Result<std::string> release(std::string_view id, const std::string& account);
  /// Decides against a held item.
  Status dismiss(std::string_view id, const std::string& account, const std::string& why);
  /// Somebody looks after it: it is not told again.
  Status acknowledge(std::string_view id, const std::string& account);

  /// Hands over what could not be handed over before, drops held items that are past their expiry, tells again, sends the
  /// summary that the hourly limit owes. Call every few seconds.
  Status tick();

 private:
  struct Book;
  template <typename Change>
  Status change(const Change& apply);
  Result<Book> load();
  Status hold_after_restore();
  Status hand_over();
  void tell(const AlertNews& news) const;
  void tell_held(const HeldAlert& held) const;
  void settled(const std::string& held, const std::string& by) const;

  store::AlertBook store_;
  Ports ports_;
  const Clock& clock_;
  const Settings settings_;
};

}  // namespace kairan::broadcasts
