#include "gateway/pipeline_metrics.h"

#include <string>

namespace kairan::gateway {

PipelineMetrics::PipelineMetrics(Metrics& metrics)
    : metrics_(metrics),
      stored_(metrics.counter("kairan_webhooks_total", "Webhook requests by result", {{"result", "stored"}})),
      new_events_(metrics.counter("kairan_events_taken_total", "Events taken in", {{"duplicate", "no"}})),
      duplicate_events_(metrics.counter("kairan_events_taken_total", "Events taken in", {{"duplicate", "yes"}})),
      processing_(metrics.histogram("kairan_event_processing_seconds", "From taking an event up to its commit")) {}

void PipelineMetrics::webhook(std::string_view result) {
  if (result == "stored") {
    stored_.add();
    return;
  }
  metrics_.counter("kairan_webhooks_total", "Webhook requests by result", {{"result", std::string(result)}}).add();
}

void PipelineMetrics::event_taken(bool duplicate) { (duplicate ? duplicate_events_ : new_events_).add(); }

void PipelineMetrics::ignored(std::string_view reason, std::size_t count) {
  metrics_.counter("kairan_events_ignored_total", "Events of a webhook that were not taken in",
                   {{"reason", std::string(reason)}})
      .add(count);
}

void PipelineMetrics::spooled_because(std::string_view error) {
  metrics_.counter("kairan_webhooks_spooled_total", "Webhooks that went to the spool, by what Redis did",
                   {{"error", std::string(error)}})
      .add();
}

void PipelineMetrics::handled(std::string_view counter) {
  const std::size_t colon = counter.find(':');
  const std::string result(counter.substr(0, colon));
  const std::string detail(colon == std::string_view::npos ? std::string_view{} : counter.substr(colon + 1));
  metrics_.counter("kairan_events_handled_total", "Events processed, by what they led to",
                   {{"result", result}, {"detail", detail}})
      .add();
}

void PipelineMetrics::event_processed(std::chrono::nanoseconds took) { processing_.observe(took); }

void PipelineMetrics::replies(std::string_view outcome) {
  metrics_.counter("kairan_replies_total", "Replies by outcome", {{"outcome", std::string(outcome)}}).add();
}

}  // namespace kairan::gateway
