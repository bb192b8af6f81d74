// What residents hear about shelters: which are open, near them, fit for what threatens now. Everything is answered from
// memory, so that a whole city can ask within a minute of a push; refresh() reads the store every few seconds.
//
// Only shelters fit for every hazard in force are offered; open ones first, closed ones never while others are open, full
// ones named as full. While nothing is in force and nothing is open, a location gets the nearest designated places, said to
// be that and not open shelters.
// Threads: refresh() and reload() from one thread, the rest from any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/message.h"
#include "base/result.h"
#include "gateway/shelter_list.h"
#include "store/records.h"

namespace kairan::gateway {

enum class ShelterState { kClosed, kOpen, kFull };
std::string_view shelter_state_name(ShelterState state);  ///< "closed", "open", "full"
std::optional<ShelterState> parse_shelter_state(std::string_view name);

struct ShelterStatus {
  ShelterState state = ShelterState::kClosed;
  TimePoint since;
  std::string by;  ///< the account
};

class ShelterDesk {
 public:
  /// Kinds of hazards that are in force now (AlertDesk::in_force).
  using InForce = std::function<Result<std::vector<std::string>>()>;

  ShelterDesk(store::RedisClient& redis, std::shared_ptr<const ShelterList> list, InForce in_force, const Clock& clock);

  /// Staff open, fill or close a shelter. kNotFound when no shelter has this name.
  Status set(const std::string& name, ShelterState state, const std::string& account);
  /// While on, words about shelters and safety are answered here before the ordinary answers.
  Status set_disaster_mode(bool on, const std::string& account);

  /// Reads states, mode and hazards; what was read before stays when the store does not answer.
  Status refresh();
  void reload(std::shared_ptr<const ShelterList> list);

  bool disaster_mode() const;
  std::map<std::string, ShelterStatus> states() const;
  std::vector<std::string> open_names() const;  ///< of open shelters, in the content's order

  /// Answers a location that a resident sent.
  std::vector<Message> near(double latitude, double longitude, std::string_view language) const;
  /// Answers 「避難所」 and names of shelters; nothing when the text is about something else, or when there is nothing better to
  /// say than the ordinary answer (no shelter open, no disaster mode).
  /// @param districts  the resident's; theirs are named first
  std::optional<std::vector<Message>> asked(std::string_view text, const std::vector<std::string>& districts, std::string_view language) const;
  /// What a resident can send on to the family: 「無事です。…に避難しています。」
  static std::string family_text(std::string_view shelter, std::string_view language);

 private:
  struct Picture {
    std::map<std::string, ShelterStatus> states;
    std::vector<std::string> hazards;  ///< as shelters.csv names them
    bool disaster = false;
  };
  struct View {
    std::shared_ptr<const ShelterList> list;
    std::shared_ptr<const Picture> picture;
  };
  View view() const;
  Message offer(const View& view, std::vector<NearShelter> places, std::string_view language, bool measured) const;
  Status change(const std::string& name, const std::string& document);

  mutable store::Records records_;
  InForce in_force_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ShelterList> list_;  // guarded by mutex_
  std::shared_ptr<const Picture> picture_;   // guarded by mutex_
};

}  // namespace kairan::gateway
