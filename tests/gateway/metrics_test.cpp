#include "gateway/metrics.h"

#include <limits>
#include <regex>
#include <sstream>
#include <thread>

#include "tests/support/catch.h"

namespace kairan::gateway {
namespace {

TEST_CASE("the metrics page is exactly the text format, families by name and series by labels") {
  Metrics metrics;
  metrics.counter("kairan_b_total", "Things.", {{"kind", "text"}}).add(3);
  metrics.counter("kairan_b_total", "Things.", {{"kind", "follow"}}).add();
  metrics.gauge("kairan_a", "Depth.").set(2.5);
  Histogram& took = metrics.histogram("kairan_c_seconds", "Time.", {{"route", "/x"}}, {0.01, 0.1});
  took.observe(0.01);
  took.observe(0.05);
  took.observe(7.0);
  CHECK(metrics.render() ==
        "# HELP kairan_a Depth.\n"
        "# TYPE kairan_a gauge\n"
        "kairan_a 2.5\n"
        "# HELP kairan_b_total Things.\n"
        "# TYPE kairan_b_total counter\n"
        "kairan_b_total{kind=\"follow\"} 1\n"
        "kairan_b_total{kind=\"text\"} 3\n"
        "# HELP kairan_c_seconds Time.\n"
        "# TYPE kairan_c_seconds histogram\n"
        "kairan_c_seconds_bucket{route=\"/x\",le=\"0.01\"} 1\n"
        "kairan_c_seconds_bucket{route=\"/x\",le=\"0.1\"} 2\n"
        "kairan_c_seconds_bucket{route=\"/x\",le=\"+Inf\"} 3\n"
        "kairan_c_seconds_sum{route=\"/x\"} 7.06\n"
        "kairan_c_seconds_count{route=\"/x\"} 3\n");
}

TEST_CASE("label values and help texts are escaped, each by its own rule") {
  Metrics metrics;
  metrics.counter("kairan_odd_total", "a\\b\n\"c\"", {{"v", "a\\b\n\"c\""}}).add();
  CHECK(metrics.render() ==
        "# HELP kairan_odd_total a\\\\b\\n\"c\"\n"
        "# TYPE kairan_odd_total counter\n"
        "kairan_odd_total{v=\"a\\\\b\\n\\\"c\\\"\"} 1\n");
}

TEST_CASE("numbers are written so that Prometheus reads them back") {
  struct Case {
    double value;
    std::string text;
  };
  const auto c = GENERATE(values<Case>({{0, "0"},
                                        {1'000'000, "1000000"},
                                        {-3, "-3"},
                                        {0.1, "0.1"},
                                        {1e300, "1e+300"},
                                        {std::numeric_limits<double>::infinity(), "+Inf"},
                                        {-std::numeric_limits<double>::infinity(), "-Inf"},
                                        {std::numeric_limits<double>::quiet_NaN(), "NaN"}}));
  Metrics metrics;
  metrics.gauge("g", "h").set(c.value);
  CHECK(metrics.render() == "# HELP g h\n# TYPE g gauge\ng " + c.text + "\n");
}

TEST_CASE("the same name and labels give the same counter") {
  Metrics metrics;
  Counter& first = metrics.counter("a_total", "A.", {{"x", "1"}});
  CHECK(&metrics.counter("a_total", "A.", {{"x", "1"}}) == &first);
  CHECK(&metrics.counter("a_total", "A.", {{"x", "2"}}) != &first);
}

TEST_CASE("a gauge with a function is read when the page is made") {
  Metrics metrics;
  double depth = 1;
  metrics.gauge_from("depth", "D.", {}, [&] { return depth; });
  depth = 42;
  CHECK(metrics.render().find("\ndepth 42\n") != std::string::npos);
}

TEST_CASE("label values from outside cannot grow the page without end") {
  Metrics metrics;
  for (std::size_t i = 0; i < Metrics::kMaxSeries + 100; ++i) {
    metrics.counter("seen_total", "S.", {{"type", "t" + std::to_string(i)}}).add();
  }
  std::istringstream page(metrics.render());
  std::size_t series = 0;
  std::string other;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("seen_total", 0) == 0) ++series;
    if (line.find("\"other\"") != std::string::npos) other = line;
  }
  CHECK(series == Metrics::kMaxSeries + 1);
  CHECK(other == "seen_total{type=\"other\"} 100");
}

TEST_CASE("nothing is lost when many threads count at once") {
  Metrics metrics;
  Counter& counter = metrics.counter("n_total", "N.");
  Gauge& gauge = metrics.gauge("g", "G.");
  Histogram& histogram = metrics.histogram("h_seconds", "H.");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        counter.add();
        gauge.add(1);
        histogram.observe(std::chrono::milliseconds(2));
        if (i % 1000 == 0) metrics.counter("other_total", "O.", {{"i", std::to_string(i)}}).add();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(counter.value() == 20000);
  CHECK(gauge.value() == 20000);
  CHECK(histogram.snapshot().cumulative.back() == 20000);
  CHECK(histogram.snapshot().sum == Approx(40.0));
  CHECK(metrics.counter("other_total", "O.", {{"i", "3000"}}).value() == 4);
}

TEST_CASE("every line of a full page has the form of the format") {
  Metrics metrics;
  metrics.counter("a_total", "日本語の説明", {{"reason", "見本 \"x\""}, {"b", ""}}).add(5);
  metrics.histogram("b_seconds", "B.", {{"r", "/webhook/line"}}).observe(0.3);
  const std::regex sample(
      R"re([a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*")*\})? (NaN|[+-]Inf|-?[0-9.]+(e[+-][0-9]+)?))re");
  std::istringstream page(metrics.render());
  int samples = 0;
  for (std::string line; std::getline(page, line);) {
    CAPTURE(line);
    if (line.rfind("# HELP ", 0) == 0 || line.rfind("# TYPE ", 0) == 0) continue;
    CHECK(std::regex_match(line, sample));
    ++samples;
  }
  CHECK(samples == 1 + 15 + 2);
}

}  // namespace
}  // namespace kairan::gateway
