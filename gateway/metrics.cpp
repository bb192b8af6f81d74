#include "gateway/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/ascii.h"

namespace kairan::gateway {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name(std::string_view name, bool colons) {
  if (name.empty() || is_digit(name.front())) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || is_digit(c) || (colons && c == ':'); });
}

/// The format knows \\ and \n everywhere, and \" in label values only.
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (quotes && c == '"') {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else if (value == std::floor(value) && std::abs(value) < 1e15) {
    out += std::to_string(static_cast<std::int64_t>(value));  // whole numbers without an exponent, for people
  } else {
    std::array<char, 32> text{};
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
  }
}

/// `name="value",...` without braces.
std::string label_text(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    text.append(name).append("=\"");
    append_escaped(text, value, true);
    text += '"';
  }
  return text;
}

void append_sample(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels,
                   std::string_view more, double value) {
  out.append(name).append(suffix);
  if (!labels.empty() || !more.empty()) {
    out.append("{").append(labels);
    if (!labels.empty() && !more.empty()) out += ',';
    out.append(more).append("}");
  }
  out += ' ';
  append_number(out, value);
  out += '\n';
}

bool same_names(const Labels& a, const Labels& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) { return x.first == y.first; });
}

void add_to(std::atomic<double>& sum, double by) {
  double before = sum.load(std::memory_order_relaxed);
  while (!sum.compare_exchange_weak(before, before + by, std::memory_order_relaxed)) {
  }
}

}  // namespace

void Gauge::add(double by) {
  add_to(value_, by);
}

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  add_to(sum_, value);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot snapshot;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    count += counts_[i].load(std::memory_order_relaxed);
    snapshot.cumulative.push_back(count);
  }
  snapshot.sum = sum_.load(std::memory_order_relaxed);
  return snapshot;
}

const std::vector<double>& duration_buckets() {
  static const std::vector<double> kBuckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                            0.1,    0.25,  0.5,    1,     2.5,  5,     10};
  return kBuckets;
}

Metrics::Series& Metrics::series(Kind kind, std::string_view name, std::string_view help, const Labels& labels) {
  const bool names_ok = is_name(name, true) && std::all_of(labels.begin(), labels.end(), [](const auto& label) {
                          return is_name(label.first, false) && label.first != "le";
                        });
  if (!names_ok) std::abort();
  auto family = families_.find(name);
  if (family == families_.end()) {
    family = families_.emplace(std::string(name), Family{kind, std::string(help), {}}).first;
  }
  auto& all = family->second.series;
  if (family->second.kind != kind || (!all.empty() && !same_names(all.begin()->second->labels, labels))) std::abort();

  std::string text = label_text(labels);
  Labels kept = labels;
  if (all.find(text) == all.end() && all.size() >= kMaxSeries && !labels.empty()) {
    for (auto& label : kept) label.second = "other";
    text = label_text(kept);
  }
  std::unique_ptr<Series>& series = all[text];
  if (!series) {
    series = std::make_unique<Series>();
    series->labels = std::move(kept);
  }
  return *series;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  std::lock_guard lock(mutex_);
  Series& found = series(Kind::kCounter, name, help, labels);
  if (!found.counter) found.counter = std::make_unique<Counter>();
  return *found.counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  std::lock_guard lock(mutex_);
  Series& found = series(Kind::kGauge, name, help, labels);
  if (!found.gauge) found.gauge = std::make_unique<Gauge>();
  return *found.gauge;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels,
                              const std::vector<double>& bounds) {
  std::lock_guard lock(mutex_);
  Series& found = series(Kind::kHistogram, name, help, labels);
  if (!found.histogram) found.histogram = std::make_unique<Histogram>(bounds);
  return *found.histogram;
}

void Metrics::gauge_from(std::string_view name, std::string_view help, const Labels& labels,
                         std::function<double()> read) {
  std::lock_guard lock(mutex_);
  series(Kind::kGauge, name, help, labels).read = std::move(read);
}

std::string Metrics::render() const {
  static constexpr std::array<std::string_view, 3> kKindNames{"counter", "gauge", "histogram"};
  std::string out;
  std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) {
    out.append("# HELP ").append(name).append(" ");
    append_escaped(out, family.help, false);
    out.append("\n# TYPE ").append(name).append(" ");
    out.append(kKindNames[static_cast<std::size_t>(family.kind)]).append("\n");
    for (const auto& [labels, series] : family.series) {
      if (series->counter) append_sample(out, name, "", labels, "", static_cast<double>(series->counter->value()));
      if (series->read) {
        append_sample(out, name, "", labels, "", series->read());
      } else if (series->gauge) {
        append_sample(out, name, "", labels, "", series->gauge->value());
      }
      if (!series->histogram) continue;
      const Histogram::Snapshot snapshot = series->histogram->snapshot();
      const std::vector<double>& bounds = series->histogram->bounds();
      for (std::size_t i = 0; i < snapshot.cumulative.size(); ++i) {
        std::string le = "le=\"";
        append_number(le, i < bounds.size() ? bounds[i] : HUGE_VAL);
        le += '"';
        append_sample(out, name, "_bucket", labels, le, static_cast<double>(snapshot.cumulative[i]));
      }
      append_sample(out, name, "_sum", labels, "", snapshot.sum);
      append_sample(out, name, "_count", labels, "", static_cast<double>(snapshot.cumulative.back()));
    }
  }
  return out;
}

}  // namespace kairan::gateway
