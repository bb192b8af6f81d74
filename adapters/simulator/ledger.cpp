#include "adapters/simulator/ledger.h"

#include <algorithm>
#include <utility>

namespace kairan::adapters::simulator {

void RateMeter::note(SteadyPoint now) {
  if (total_ == 0) first_ = now;
  last_ = now;
  ++total_;
  window_.push_back(now);
  while (now - window_.front() >= std::chrono::seconds(1)) window_.pop_front();
  busiest_ = std::max(busiest_, window_.size());
}

void RateMeter::clear() {
  *this = RateMeter();
}

double RateMeter::span_seconds() const {
  return std::chrono::duration<double>(last_ - first_).count();
}

std::optional<std::uint32_t> Ledger::find_body(const std::string& messages) const {
  const auto it = body_numbers_.find(messages);
  if (it == body_numbers_.end()) return std::nullopt;
  return it->second;
}

std::uint32_t Ledger::intern(const std::string& messages) {
  const auto [it, added] = body_numbers_.emplace(messages, static_cast<std::uint32_t>(bodies_.size()));
  if (added) bodies_.push_back(messages);
  return it->second;
}

const RetryMemory* Ledger::find_retry(const std::string& key, TimePoint now) {
  while (!retry_ages_.empty() && now - retry_ages_.front().first > retry_key_memory_) {
    retries_.erase(retry_ages_.front().second);
    retry_ages_.pop_front();
  }
  const auto it = retries_.find(key);
  return it == retries_.end() ? nullptr : &it->second;
}

void Ledger::remember_retry(const std::string& key, RetryMemory memory) {
  retry_ages_.emplace_back(memory.first_at, key);
  retries_[key] = std::move(memory);
}

std::uint32_t Ledger::accept(AcceptedSend send) {
  sends_.push_back(std::move(send));
  return static_cast<std::uint32_t>(sends_.size() - 1);
}

void Ledger::clear() {
  bodies_.clear();
  body_numbers_.clear();
  retries_.clear();
  retry_ages_.clear();
  sends_.clear();
}

}  // namespace kairan::adapters::simulator
