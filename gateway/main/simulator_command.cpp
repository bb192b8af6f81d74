#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "adapters/simulator/made_residents.h"
#include "adapters/simulator/simulator.h"
#include "base/civil_time.h"
#include "base/log.h"
#include "base/text.h"
#include "gateway/http_server.h"
#include "gateway/main/commands.h"
#include "gateway/main/signals.h"

namespace kairan::gateway {
namespace {

using adapters::simulator::Simulator;
using adapters::simulator::SimulatorOptions;

/// The same secrets the gateway reads, from the same variables: NAME, or NAME_FILE.
Secret secret_from(const char* name) {
  if (const char* const value = std::getenv(name)) {
    std::string text(value);
    return Secret(text.substr(0, text.find(',')));
  }
  if (const char* const path = std::getenv((std::string(name) + "_FILE").c_str())) {
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    return Secret(std::string(trim(text)));
  }
  return Secret();
}

/// "1s,500ms" → durations; none when a part is not one.
std::optional<std::vector<std::chrono::milliseconds>> durations(const std::string& text) {
  std::vector<std::chrono::milliseconds> all;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    std::size_t used = 0;
    long long number = -1;
    try {
      number = std::stoll(part, &used);
    } catch (const std::exception&) {
      return std::nullopt;
    }
    const std::string unit = part.substr(used);
    if (number < 0 || (unit != "s" && unit != "ms")) return std::nullopt;
    all.emplace_back(unit == "s" ? number * 1000 : number);
  }
  return all;
}

int refuse(const std::string& why);

int write_residents(const SimulatorArguments& arguments) {
  std::vector<FileProblem> problems;
  const auto schema = store::load_attributes(arguments.content, problems);
  if (!schema) return refuse("--content: " + (problems.empty() ? schema.error().detail : problems.front().message));
  adapters::simulator::MadeResidents wanted;
  wanted.count = arguments.users;
  wanted.seed = arguments.seed;
  wanted.today = jst_date(SystemClock().now());
  std::ofstream file(arguments.residents_csv, std::ios::binary | std::ios::trunc);
  file << adapters::simulator::made_residents_csv(wanted, *schema);
  file.close();
  if (!file) return refuse(arguments.residents_csv + ": cannot be written");
  return 0;
}

int refuse(const std::string& why) {
  std::fprintf(stderr, "kairan simulator: %s\n", why.c_str());
  return 2;
}

}  // namespace

int run_simulator(const SimulatorArguments& arguments) {
  if (!arguments.residents_csv.empty()) return write_residents(arguments);
  block_signals();
  raise_file_limit();
  const auto listen = parse_listen(arguments.listen);
  if (!listen) return refuse("--listen: " + listen.error().detail);
  if (const Status loopback = adapters::simulator::check_loopback(listen->first); !loopback) {
    return refuse("--listen: " + loopback.error().detail);
  }
  SimulatorOptions options;
  options.channel_secret = secret_from("KAIRAN_LINE_CHANNEL_SECRET");
  options.access_token = secret_from("KAIRAN_LINE_ACCESS_TOKEN");
  if (options.channel_secret.empty()) return refuse("KAIRAN_LINE_CHANNEL_SECRET (or ..._FILE) is not set");
  options.webhook_url = arguments.webhook;
  options.record_file = arguments.record;
  options.seed = arguments.seed;
  options.first_users = arguments.users;
  options.latency.reply = std::chrono::milliseconds(arguments.reply_ms);
  options.latency.multicast = std::chrono::milliseconds(arguments.multicast_ms);
  options.limits.rates = !arguments.no_rates;
  if (arguments.quota >= 0) options.limits.monthly_quota = static_cast<std::uint64_t>(arguments.quota);
  if (!arguments.redelivery.empty()) {
    const auto waits = durations(arguments.redelivery);
    if (!waits) return refuse("--redelivery: durations such as 1s,2s,500ms");
    options.redelivery = *waits;
  }

  const SystemClock clock;
  Simulator simulator(options, clock);
  HttpServerOptions server_options;
  server_options.host = listen->first;
  server_options.port = listen->second;
  server_options.workers = 160;  // answers wait their latency on a worker, and phones hold streams
  server_options.max_streams = 32;
  HttpServer server(server_options, simulator.routes());
  const auto port = server.bind();
  if (!port) return refuse(arguments.listen + ": " + port.error().detail);
  if (const Status started = simulator.start(); !started) return refuse(started.error().detail);
  if (const Status started = server.start(); !started) return refuse(started.error().detail);
  log::info("simulator.ready", {{"address", listen->first}, {"port", *port}});

  while (!server.failed() && wait_for_signal(std::chrono::milliseconds(500)) != Signal::kStop) {
  }
  const bool failed = server.failed();
  bound_the_stop(std::chrono::seconds(10));
  simulator.stop();
  server.stop();
  return failed ? 1 : 0;
}

}  // namespace kairan::gateway
