// Counters, gauges and histograms, and the page that Prometheus reads (text exposition format 0.0.4, written by hand).
//
// Guarantees: counting is lock-free; what counter(), gauge() and histogram() return stays valid for the registry's
// life, so callers on hot paths ask once and keep the reference. The same name and labels give the same object. Label
// values never carry personal data; the number of label sets of a name is bounded (kMaxSeries): beyond it all further
// ones share one series whose label values are "other", so that input from outside cannot grow memory.
//
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kairan::gateway {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double by);
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Durations in seconds, in fixed buckets.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);
  void observe(std::chrono::nanoseconds duration) { observe(std::chrono::duration<double>(duration).count()); }

  const std::vector<double>& bounds() const { return bounds_; }
  struct Snapshot {
    std::vector<std::uint64_t> cumulative;  ///< one per bound, then all
    double sum = 0;
  };
  Snapshot snapshot() const;

 private:
  const std::vector<double> bounds_;  // rising
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

/// From 0.5 ms to 10 s: between a webhook's fsync and the longest wait for a platform.
const std::vector<double>& duration_buckets();

class Metrics {
 public:
  static constexpr std::size_t kMaxSeries = 500;

  /// @param name  [a-zA-Z_:][a-zA-Z0-9_:]*; a counter's ends in _total, a duration's in _seconds. One name has one
  /// kind,
  ///              one help text (the first given) and one set of label names; anything else is a defect and aborts.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {},
                       const std::vector<double>& bounds = duration_buckets());
  /// A gauge whose value is asked for when the page is made. `read` may run on any thread, must be
  /// quick and must not touch this registry.
  void gauge_from(std::string_view name, std::string_view help, const Labels& labels, std::function<double()> read);

  /// The page; families by name, series by labels.
  std::string render() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  enum class Kind { kCounter, kGauge, kHistogram };
  struct Series {
    Labels labels;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> read;
  };
  struct Family {
    Kind kind = Kind::kCounter;
    std::string help;
    std::map<std::string, std::unique_ptr<Series>> series;  // by the text of the labels
  };
  Series& series(Kind kind, std::string_view name, std::string_view help, const Labels& labels);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;  // guarded by mutex_
};

}  // namespace kairan::gateway
