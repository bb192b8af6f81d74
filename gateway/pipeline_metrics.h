// The figures of the path from webhook to answer, by name. Threads: any.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "gateway/metrics.h"

namespace kairan::gateway {

class PipelineMetrics {
 public:
  explicit PipelineMetrics(Metrics& metrics);

  void webhook(std::string_view result);                       ///< "stored", "bad_signature", "not_a_webhook", "not_stored"
  void event_taken(bool duplicate);
  void ignored(std::string_view reason, std::size_t count);    ///< events of a webhook that were not taken in
  void spooled_because(std::string_view error);
  void handled(std::string_view counter);                      ///< Handling::counter, or "dead"
  void event_processed(std::chrono::nanoseconds took);
  void replies(std::string_view outcome);

 private:
  Metrics& metrics_;
  // Counted once a webhook: looked up once.
  Counter& stored_;
  Counter& new_events_;
  Counter& duplicate_events_;
  Histogram& processing_;
};

}  // namespace kairan::gateway
