#include "adapters/simulator/simulator.h"

#include <arpa/inet.h>

#include <utility>

#include "adapters/simulator/control_api.h"
#include "adapters/simulator/line_api.h"
#include "adapters/simulator/world.h"

namespace kairan::adapters::simulator {

class Simulator::Impl {
 public:
  Impl(SimulatorOptions given, const Clock& clock)
      : options(std::move(given)), world(options, clock), line_api(world), control_api(world) {}

  const SimulatorOptions options;
  World world;
  LineApi line_api;
  ControlApi control_api;
  bool started = false;
};

Status check_loopback(const std::string& host) {
  if (host == "localhost" || host == "::1") return {};
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127) return {};
  return Error{ErrorCode::kInvalid, "the simulator listens on loopback only (127.0.0.1, ::1), not on " + host};
}

Simulator::Simulator(SimulatorOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}

Simulator::~Simulator() {
  stop();
}

std::vector<gateway::Route> Simulator::routes() {
  std::vector<gateway::Route> routes = impl_->line_api.routes();
  for (gateway::Route& route : impl_->control_api.routes()) routes.push_back(std::move(route));
  for (gateway::Route& route : page_routes()) routes.push_back(std::move(route));
  return routes;
}

Status Simulator::start() {
  World& world = impl_->world;
  if (!impl_->options.record_file.empty()) {
    std::lock_guard lock(world.mutex);
    world.record.open(impl_->options.record_file, std::ios::app);
    if (!world.record) return Error{ErrorCode::kUnavailable, "cannot write the record file"};
  }
  if (!impl_->started) world.sender.start();
  impl_->started = true;
  return {};
}

void Simulator::stop() {
  World& world = impl_->world;
  {
    std::lock_guard lock(world.mutex);
    world.stopping = true;
  }
  world.changed.notify_all();
  world.pause.notify_all();
  world.sender.stop();
  impl_->started = false;
}

void Simulator::set_webhook_url(std::string url) {
  impl_->world.sender.set_url(std::move(url));
}

}  // namespace kairan::adapters::simulator
