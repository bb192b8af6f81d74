#include "adapters/simulator/faults.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace kairan::adapters::simulator {
namespace {

constexpr std::array<std::pair<std::string_view, Fault::Kind>, 6> kKinds{{
    {"delay", Fault::Kind::kDelay},
    {"status", Fault::Kind::kStatus},
    {"status_after", Fault::Kind::kStatusAfter},
    {"drop_before", Fault::Kind::kDropBefore},
    {"drop_after", Fault::Kind::kDropAfter},
    {"twice", Fault::Kind::kTwice},
}};

}  // namespace

Result<Fault> parse_fault(const nlohmann::json& json) {
  if (!json.is_object()) return Error{ErrorCode::kInvalid, "a fault is an object"};
  Fault fault;
  bool known = false;
  for (const auto& entry : json.items()) {
    const std::string& name = entry.key();  // not a structured binding: clang 14 does not let a lambda capture one
    const nlohmann::json& value = entry.value();
    const auto wrong = [&name] { return Error{ErrorCode::kInvalid, "wrong value of " + name}; };
    const bool natural = value.is_number_unsigned();
    if (name == "on") {
      if (!value.is_string()) return wrong();
      fault.on = value.get<std::string>();
    } else if (name == "kind") {
      for (const auto& [kind_name, kind] : kKinds) {
        if (value == kind_name) fault.kind = kind, known = true;
      }
    } else if (name == "status") {
      if (!natural || value < 400 || value > 599) return wrong();
      fault.status = value.get<int>();
    } else if (name == "delay_ms") {
      if (!natural || value > 600'000) return wrong();
      fault.delay = std::chrono::milliseconds(value.get<int>());
    } else if (name == "probability") {
      if (!value.is_number() || value < 0.0 || value > 1.0) return wrong();
      fault.probability = value.get<double>();
    } else if (name == "skip" || name == "count") {
      if (!natural) return wrong();
      (name == "skip" ? fault.skip : fault.count) = value.get<std::uint64_t>();
    } else {
      return Error{ErrorCode::kInvalid, "unknown member " + name};
    }
  }
  if (!known) {
    return Error{ErrorCode::kInvalid, "kind is one of delay, status, status_after, drop_before, drop_after, twice"};
  }
  return fault;
}

nlohmann::json fault_json(const Fault& fault) {
  std::string_view kind;
  for (const auto& [name, value] : kKinds) {
    if (value == fault.kind) kind = name;
  }
  return {{"id", fault.id},
          {"on", fault.on},
          {"kind", kind},
          {"status", fault.status},
          {"delay_ms", fault.delay.count()},
          {"probability", fault.probability},
          {"skip", fault.skip},
          {"count", fault.count},
          {"struck", fault.struck}};
}

std::uint64_t Faults::add(Fault fault) {
  fault.id = ++last_id_;
  faults_.push_back(std::move(fault));
  return last_id_;
}

FaultPlan Faults::draw(std::string_view endpoint) {
  FaultPlan plan;
  for (Fault& fault : faults_) {
    if (fault.on != endpoint && !(fault.on == "*" && endpoint != "webhook")) continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    if (fault.count != 0 && fault.struck >= fault.count) continue;
    if (fault.probability < 1 && std::uniform_real_distribution<double>(0, 1)(random_) >= fault.probability) continue;
    ++fault.struck;
    switch (fault.kind) {
      case Fault::Kind::kDelay:
        plan.delay += fault.delay;
        break;
      case Fault::Kind::kStatus:
        plan.status_before = fault.status;
        break;
      case Fault::Kind::kStatusAfter:
        plan.status_after = fault.status;
        break;
      case Fault::Kind::kDropBefore:
        plan.drop_before = true;
        break;
      case Fault::Kind::kDropAfter:
        plan.drop_after = true;
        break;
      case Fault::Kind::kTwice:
        plan.twice = true;
        break;
    }
    if (fault.kind != Fault::Kind::kDelay) plan.delay += fault.delay;
  }
  return plan;
}

}  // namespace kairan::adapters::simulator
