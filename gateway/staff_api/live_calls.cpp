// Live progress as server-sent events (HTML standard, section 9.2). Each stream holds a worker of the listener for as long as it
// lasts, so their number is capped below half of the workers; beyond it the page polls.
#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/bounded_json.h"
#include "gateway/staff_api/broadcast_views.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/staff_api.h"

namespace kairan::gateway::staff {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{500};
constexpr std::chrono::seconds kHeartbeat{10};
constexpr std::chrono::seconds kWhoAgain{15};   ///< whether the session still lasts
constexpr std::chrono::minutes kLongest{10};    ///< the browser connects anew by itself

/// Counts one stream for as long as it lives.
struct Slot {
  explicit Slot(std::shared_ptr<std::atomic<std::size_t>> count) : count_(std::move(count)) { ++*count_; }
  ~Slot() { --*count_; }
  Slot(const Slot&) = delete;
  std::shared_ptr<std::atomic<std::size_t>> count_;
};

void watch(const Parts& parts, const std::string& id, const std::string& token, Language language,
           const StreamWriter& write) {
  std::string last;
  const auto began = steady_clock::now();
  auto spoke = began, asked = began;
  if (!write("retry: 3000\n\n")) return;
  while (steady_clock::now() - began < kLongest) {
    const auto status = parts.broadcasts->status(id);
    if (status) {
      const std::string data = dump_json(status_view_json(*status, language));
      if (data != last) {
        if (!write("event: status\ndata: " + data + "\n\n")) return;
        last = data;
        spoke = steady_clock::now();
      }
      if (broadcasts::is_final(status->state)) {
        write("event: end\ndata: {}\n\n");
        return;
      }
    }
    const auto now = steady_clock::now();
    if (now - spoke >= kHeartbeat) {
      if (!write(": still here\n\n")) return;
      spoke = now;
    }
    if (now - asked >= kWhoAgain) {
      const auto session = parts.sessions.find(token, parts.clock.now(), false);
      if (session && !*session) return;
      asked = now;
    }
    if (!write("")) return;
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

void add_live_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  const auto streams = std::make_shared<std::atomic<std::size_t>>(0);
  endpoints.push_back({"GET", "/api/v1/broadcasts/{id}/events", [&parts, streams](const Call& call) -> Reply {
                         if (parts.broadcasts == nullptr) return refuse("not_set_up");
                         const std::string id = call.parameter("id");
                         if (const auto status = parts.broadcasts->status(id); !status) return refuse_with_reason(status.error());
                         auto slot = std::make_shared<Slot>(streams);
                         if (*streams > parts.settings.streams) return refuse("too_many_streams");
                         Reply reply;
                         reply.content_type = "text/event-stream; charset=utf-8";
                         reply.headers.emplace_back("X-Accel-Buffering", "no");
                         reply.stream = [&parts, id, slot, token = session_token(call.request),
                                         language = call.language](const StreamWriter& write) {
                           watch(parts, id, token, language, write);
                         };
                         return reply;
                       }});
}

}  // namespace kairan::gateway::staff
