#include "gateway/main/attached_desk.h"

#include <cstdio>

#include "base/log.h"
#include "store/installation.h"

namespace kairan::gateway {

std::optional<store::Actor> AttachedDesk::account(const std::string& name) {
  const auto found = accounts->find(name);
  if (!found) {
    std::fprintf(stderr, "アカウントを読めません: %s\n", found.error().detail.c_str());
    return std::nullopt;
  }
  if (!*found) {
    std::fprintf(stderr, "「%s」というアカウントはありません。「kairan account list」で確かめてください。\n", name.c_str());
    return std::nullopt;
  }
  if ((*found)->disabled) {
    std::fprintf(stderr, "「%s」は停止中のアカウントです。\n", name.c_str());
    return std::nullopt;
  }
  return (*found)->actor();
}

std::unique_ptr<AttachedDesk> open_attached_desk(const std::string& config_file) {
  auto desk = std::make_unique<AttachedDesk>();
  desk->attached = attach_to_store(config_file);
  if (!desk->attached) return nullptr;
  const Config& config = desk->attached->config;
  // What a command says is for the person at the terminal; the gateway's own log has the rest.
  log::set_level(log::Level::kError);
  std::vector<FileProblem> problems;
  auto schema = store::load_attributes(config.content, problems);
  if (!schema) {
    for (const FileProblem& problem : problems) {
      std::fprintf(stderr, "%s %d行目: %s\n", problem.file.c_str(), problem.row, problem.message.c_str());
    }
    return nullptr;
  }
  store::RedisClient& redis = *desk->attached->redis;
  const auto installation = store::open_installation(redis, store::kDefaultPartitions, desk->clock.now());
  if (!installation) {
    std::fprintf(stderr, "保存先を読めません: %s\n", installation.error().detail.c_str());
    return nullptr;
  }
  desk->schema = std::make_unique<SchemaSlot>(*std::move(schema));
  desk->subscribers = std::make_unique<store::Subscribers>(redis, *desk->attached->sealer, installation->partitions);
  desk->line = adapters::line::make_line_channel({config.line_channel_secrets, config.line_channel_id,
                                                  config.line_access_token, config.line_api_base,
                                                  config.line_data_api_base, "", desk->clock});
  const broadcasts::SchemaSource source = [slot = desk->schema.get()] { return slot->get(); };
  desk->desk = std::make_unique<StaffDesk>(config, redis, installation->partitions, *desk->line, source, desk->clock);
  desk->broadcasting = std::make_unique<Broadcasting>(
      BroadcastingParts{config, redis, *desk->subscribers, *desk->line, source, test_recipients(config),
                        &desk->desk->notices(), desk->clock});
  desk->desk->join(*desk->broadcasting);
  desk->accounts = std::make_unique<store::Accounts>(redis, *desk->attached->sealer);
  return desk;
}

int print_error(const Error& error) {
  const bool plain = error.code == ErrorCode::kInvalid || error.code == ErrorCode::kConflict ||
                     error.code == ErrorCode::kNotFound || error.code == ErrorCode::kRefused ||
                     error.code == ErrorCode::kTooLarge;
  std::fprintf(stderr, "%s%s\n", plain ? "" : "できませんでした: ", error.detail.c_str());
  return plain ? 1 : 2;
}

}  // namespace kairan::gateway
