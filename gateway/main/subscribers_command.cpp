#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <numeric>
#include <string>

#include "base/civil_time.h"
#include "broadcasts/segment.h"
#include "broadcasts/segment_reader.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"
#include "gateway/resident_erasure.h"
#include "gateway/subscriber_file.h"
#include "store/group_codes.h"
#include "store/subscriber_import.h"

namespace kairan::gateway {
namespace {

constexpr store::Partition kPartitions = store::kDefaultPartitions;

struct SubscribersArguments {
  std::string config, file, segment, code;
  std::string attribute, value = "yes", note, expires, id;
  std::uint64_t at_most = 0;
  bool with_members = false;
};

int subscribers_failed(const std::string& what, const Error& error) {
  std::fprintf(stderr, "%s（%s）\n", what.c_str(), error.detail.c_str());
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kTimeout ? 2 : 1;
}

void show(const std::vector<FileProblem>& problems) {
  for (const FileProblem& problem : problems) {
    std::string place = problem.file;
    if (problem.row > 0) place += " " + std::to_string(problem.row) + "行目";
    if (!problem.column.empty()) place += "「" + problem.column + "」";
    std::fprintf(stderr, "%s: %s%s\n", place.c_str(), problem.warning ? "（注意）" : "", problem.message.c_str());
  }
}

/// The running gateway's store, with the attributes of its content.
struct SubscribersDesk {
  std::unique_ptr<AttachedStore> attached;
  store::AttributeSchema schema;
};

std::unique_ptr<SubscribersDesk> open_subscribers_desk(const std::string& config) {
  auto desk = std::make_unique<SubscribersDesk>();
  desk->attached = attach_to_store(config);
  if (!desk->attached) return nullptr;
  std::vector<FileProblem> problems;
  auto schema = store::load_attributes(desk->attached->config.content, problems);
  show(problems);
  if (!schema) return nullptr;
  desk->schema = *std::move(schema);
  return desk;
}

int import_file(const SubscribersArguments& arguments) {
  const auto desk = open_subscribers_desk(arguments.config);
  if (!desk) return 2;
  const SystemClock clock;
  std::vector<FileProblem> problems;
  auto grid = read_grid(arguments.file, arguments.file, problems);
  if (grid) {
    const Table table(arguments.file, *std::move(grid));
    const TimePoint now = clock.now();
    const SubscriberTable read = read_subscriber_table(table, desk->schema, now, problems);
    if (problems.empty()) {
      std::fprintf(stderr, "%zu行を確かめました。取り込んでいます。\n", read.rows.size());
      const auto started = clock.steady_now();
      std::size_t shown = 0;
      const auto progress = [&](std::size_t done) {
        if (done * 10 / read.rows.size() == shown) return;
        shown = done * 10 / read.rows.size();
        std::fprintf(stderr, "  %zu / %zu\n", done, read.rows.size());
      };
      const auto counts = store::SubscriberImport(*desk->attached->redis, *desk->attached->sealer, kPartitions)
                              .import(desk->schema, read.columns, read.rows, now, progress);
      if (!counts)
        return subscribers_failed("取り込みが途中で止まりました。もう一度実行すれば、続きから揃います", counts.error());
      const double seconds = std::chrono::duration<double>(clock.steady_now() - started).count();
      std::printf("取り込みました: 新しい方 %" PRIu64 "人、変わった方 %" PRIu64 "人、同じ方 %" PRIu64
                  "人（%.1f秒、毎秒%.0f人）\n",
                  counts->added, counts->changed, counts->unchanged, seconds,
                  static_cast<double>(read.rows.size()) / std::max(seconds, 0.001));
      if (counts->erased > 0) {
        std::printf("消去を求めた %" PRIu64 "人は取り込んでいません。\n", counts->erased);
      }
      return 0;
    }
  }
  show(problems);
  std::fputs("誤りがあるので、何も取り込んでいません。\n", stderr);
  return 1;
}

/// Writes lines into FILE.part (0600), which gets its name when all of them are there.
class LineFile {
 public:
  explicit LineFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {
    umask(077);
    file_ = std::fopen(part_.c_str(), "wb");
  }
  ~LineFile() {
    if (file_ != nullptr) std::fclose(file_);
    if (!finished_) unlink(part_.c_str());
  }
  LineFile(const LineFile&) = delete;
  bool put(const std::string& line) {
    return file_ != nullptr && std::fwrite(line.data(), 1, line.size(), file_) == line.size();
  }
  bool finish() {
    finished_ = file_ != nullptr && std::fflush(file_) == 0 && fsync(fileno(file_)) == 0 &&
                std::rename(part_.c_str(), path_.c_str()) == 0;
    return finished_;
  }

 private:
  const std::string path_, part_;
  std::FILE* file_ = nullptr;
  bool finished_ = false;
};

Status export_partition(store::Subscribers& subscribers, const store::AttributeSchema& schema, store::Partition p,
                        const std::vector<std::pair<std::string, std::string>>& values,
                        const std::vector<std::string>& names, LineFile& file, std::uint64_t& count) {
  const std::vector<store::Partition> one{p};
  const auto read = subscribers.read_bitmaps(one, names);
  if (!read) return read.error();
  const std::vector<Bitmap>& bitmaps = read->front().bitmaps;
  std::vector<std::uint32_t> ordinals;
  bitmaps.front().for_each([&](std::size_t n) {
    ordinals.push_back(static_cast<std::uint32_t>(n));
    return true;
  });
  const auto addresses = subscribers.addresses(p, ordinals);
  if (!addresses) return addresses.error();
  for (std::size_t i = 0; i < ordinals.size(); ++i) {
    if ((*addresses)[i].empty()) continue;
    std::map<std::string, std::vector<std::string>> settings;
    for (std::size_t n = 0; n < values.size(); ++n) {
      if (bitmaps[n + 1].test(ordinals[i])) settings[values[n].first].push_back(values[n].second);
    }
    if (!file.put(subscriber_line(schema, (*addresses)[i], settings))) {
      return Error{ErrorCode::kUnavailable, "the file cannot be written"};
    }
    ++count;
  }
  return {};
}

int export_file(const SubscribersArguments& arguments) {
  const auto desk = open_subscribers_desk(arguments.config);
  if (!desk) return 2;
  store::Subscribers subscribers(*desk->attached->redis, *desk->attached->sealer, kPartitions);
  const int year = static_cast<int>(jst_date(SystemClock().now()).year());
  std::vector<std::pair<std::string, std::string>> values;
  std::vector<std::string> names{std::string(store::Subscribers::kFollowers)};
  for (const store::Attribute& attribute : desk->schema.attributes()) {
    const std::size_t prefix = store::any_bitmap(attribute.id).size() + 1;
    for (std::string& name : store::AttributeSchema::bitmaps_of(attribute, 0, year)) {
      values.emplace_back(attribute.id, name.substr(prefix));
      names.push_back(std::move(name));
    }
  }
  LineFile file(arguments.file);
  // The mark at the beginning, so that Excel reads it as UTF-8.
  bool written = file.put("\xEF\xBB\xBF" + subscriber_header(desk->schema));
  std::uint64_t count = 0;
  for (store::Partition p = 0; written && p < kPartitions; ++p) {
    const Status status = export_partition(subscribers, desk->schema, p, values, names, file, count);
    if (!status) return subscribers_failed("書き出しが途中で止まりました。ファイルは残していません", status.error());
  }
  if (!written || !file.finish()) {
    std::fprintf(stderr, "%s に書けません。場所と空きを確かめてください。\n", arguments.file.c_str());
    return 2;
  }
  std::printf("友だち %" PRIu64 "人を書き出しました: %s（個人情報です。用が済んだら消してください）\n", count,
              arguments.file.c_str());
  return 0;
}

int count_segment(const SubscribersArguments& arguments) {
  const auto desk = open_subscribers_desk(arguments.config);
  if (!desk) return 2;
  std::vector<broadcasts::SegmentProblem> problems;
  const auto segment = broadcasts::parse_segment(arguments.segment, desk->schema, problems);
  if (!segment) {
    for (const broadcasts::SegmentProblem& problem : problems) {
      std::fprintf(stderr, "%s%s%s\n", problem.path.c_str(), problem.path.empty() ? "" : ": ",
                   problem.message.ja.c_str());
    }
    return 1;
  }
  store::Subscribers subscribers(*desk->attached->redis, *desk->attached->sealer, kPartitions);
  const auto count =
      broadcasts::SegmentReader(subscribers, nullptr).count(*segment, jst_date(SystemClock().now()));
  if (!count) return subscribers_failed("数えられません", count.error());
  std::printf("%" PRIu64 "\n", *count);
  return 0;
}

int erase(const SubscribersArguments& arguments) {
  const auto attached = attach_to_store(arguments.config);
  if (!attached) return 2;
  const SystemClock clock;
  EraserOptions options;
  const std::string spool = attached->config.data_dir + "/spool";
  options.spool_is_empty = [spool] { return spool_folder_is_empty(spool); };
  options.spool_patience = std::chrono::seconds(30);
  ResidentErasure erasure(*attached->redis, *attached->sealer, kPartitions, clock, options);
  const Status erased = erasure.erase_by_code(arguments.code);
  if (erased) {
    std::puts("消去しました。登録、設定、会話、待っていたメッセージ、配信の対象、安否の報告を消し、本人を指す暗号の印と時刻だけが残っています。");
    std::puts("Redisのファイルからは、ゲートウェイが数分以内に消します（/metrics の kairan_erasures_in_file が0になれば済みです）。");
    return 0;
  }
  switch (erased.error().code) {
    case ErrorCode::kInvalid:
      return subscribers_failed("コードは8文字です（例 K7QM-2XTP）。もう一度ご本人に確かめてください", erased.error());
    case ErrorCode::kNotFound:
      return subscribers_failed(
          "このコードは使えません。24時間を過ぎたか、新しいコードが出たか、もう消去されています。"
          "ご本人にトークで出し直してもらってください",
          erased.error());
    case ErrorCode::kConflict:
      return subscribers_failed("間違ったコードが続いたので止めています。1時間あとにもう一度試してください",
                                erased.error());
    default:
      return subscribers_failed(
          "消去が終わっていません。もう一度実行してください。コードが使えなくなっていれば、残りは夜の処理（3時半）で消"
          "去されます",
          erased.error());
  }
}

int add_group(const SubscribersArguments& arguments) {
  const auto desk = open_subscribers_desk(arguments.config);
  if (!desk) return 2;
  const store::Attribute* const attribute = desk->schema.find(arguments.attribute);
  if (attribute == nullptr || !attribute->verified || !attribute->allows(arguments.value)) {
    std::fputs("attributes.yaml に verified: true と書いた項目と、その値を指定してください（--attribute, --value）。\n", stderr);
    for (const store::Attribute& one : desk->schema.attributes()) {
      if (!one.verified) continue;
      std::fprintf(stderr, "  --attribute %s --value", one.id.c_str());
      for (const store::AttributeValue& value : one.values) std::fprintf(stderr, " %s", value.id.c_str());
      std::fputc('\n', stderr);
    }
    return 1;
  }
  store::GroupCode code;
  code.attribute = arguments.attribute;
  code.value = arguments.value;
  code.note = arguments.note;
  code.at_most = arguments.at_most;
  code.created = SystemClock().now();
  if (!arguments.expires.empty()) {
    const auto date = parse_date(arguments.expires);
    if (!date)
      return subscribers_failed("--expires には「2027-03-31」のように書いてください",
                                Error{ErrorCode::kInvalid, arguments.expires});
    code.expires = jst_time(add_days(*date, 1), 0);  // through the day
  }
  const auto made = store::GroupCodes(*desk->attached->redis, *desk->attached->sealer).add(code);
  if (!made) return subscribers_failed("コードを作れません", made.error());
  std::printf("コード: %s（名前 %s）\nこのコードは二度と表示できません。渡す相手だけに伝えてください。\n", made->c_str(), code.id.c_str());
  return 0;
}

int list_groups(const SubscribersArguments& arguments) {
  const auto attached = attach_to_store(arguments.config);
  if (!attached) return 2;
  const auto codes = store::GroupCodes(*attached->redis, *attached->sealer).list();
  if (!codes) return subscribers_failed("コードを読めません", codes.error());
  if (codes->empty()) std::puts("団体のコードはまだありません。");
  for (const store::GroupCode& code : *codes) {
    const std::string limit = code.at_most == 0 ? "" : "（" + std::to_string(code.at_most) + "人まで）";
    std::printf("%s  %s=%s  使った方 %" PRIu64 "人%s  %s  %s%s\n", code.id.c_str(), code.attribute.c_str(),
                code.value.c_str(), code.used, limit.c_str(),
                code.expires ? ("期限 " + format_jst(*code.expires)).c_str() : "期限なし", code.note.c_str(),
                code.revoked ? "  取り消し済み" : "");
  }
  return 0;
}

int revoke_group(const SubscribersArguments& arguments) {
  const auto desk = open_subscribers_desk(arguments.config);
  if (!desk) return 2;
  store::GroupCodes codes(*desk->attached->redis, *desk->attached->sealer);
  if (const Status revoked = codes.revoke(arguments.id); !revoked) {
    return subscribers_failed("取り消せません。「kairan subscribers groups list」に出る名前を書いてください",
                              revoked.error());
  }
  std::puts("取り消しました。このコードではもう入れません。");
  if (!arguments.with_members) return 0;
  const auto all = codes.list();
  if (!all) return subscribers_failed("コードを読めません", all.error());
  const auto members = codes.members(arguments.id);
  if (!members) return subscribers_failed("使った方を読めません", members.error());
  store::Subscribers subscribers(*desk->attached->redis, *desk->attached->sealer, kPartitions);
  std::uint64_t taken = 0;
  for (const store::GroupCode& code : *all) {
    if (code.id != arguments.id) continue;
    const std::vector<store::AttributeChange> off{{code.attribute, code.value, false}};
    for (const store::SubscriberRef ref : *members) {
      const auto changed = subscribers.change(ref, desk->schema, off, SystemClock().now());
      if (!changed && changed.error().code != ErrorCode::kNotFound)
        return subscribers_failed("途中で止まりました", changed.error());
      if (changed) taken += *changed;
    }
  }
  std::printf("このコードで入った %" PRIu64 "人から外しました。\n", taken);
  return 0;
}

}  // namespace

void add_subscribers(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("subscribers", "who follows the account and what they chose");
  command->require_subcommand(1);
  auto arguments = std::make_shared<SubscribersArguments>();
  const auto add = [arguments, &exit_code](CLI::App& to, const char* name, const char* help,
                                           int (*run)(const SubscribersArguments&)) {
    CLI::App* const sub = to.add_subcommand(name, help);
    sub->add_option("--config", arguments->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
    sub->callback([arguments, &exit_code, run] { exit_code = run(*arguments); });
    return sub;
  };
  add(*command, "import", "attributes from a CSV or Excel file: user_id, then one column per attribute", import_file)
      ->add_option("FILE", arguments->file)
      ->required();
  add(*command, "export", "all followers with their attributes as CSV", export_file)
      ->add_option("FILE", arguments->file)
      ->required();
  add(*command, "count", "how many are in a segment", count_segment)
      ->add_option("--segment", arguments->segment, "rule group as JSON, or \"everyone\" with its quotes")
      ->required();
  add(*command, "erase", "erase the resident who shows this code", erase)->add_option("CODE", arguments->code)->required();

  CLI::App* const groups = command->add_subcommand("groups", "codes for groups that the city has verified");
  groups->require_subcommand(1);
  CLI::App* const adding = add(*groups, "add", "a new code", add_group);
  adding->add_option("--attribute", arguments->attribute, "attribute that is declared verified")->required();
  adding->add_option("--value", arguments->value, "its value")->capture_default_str();
  adding->add_option("--note", arguments->note, "whom it is given to");
  adding->add_option("--expires", arguments->expires, "last day, 2027-03-31");
  adding->add_option("--max-uses", arguments->at_most, "how many residents may use it; 0 = no limit")->capture_default_str();
  add(*groups, "list", "codes that were made", list_groups);
  CLI::App* const revoking = add(*groups, "revoke", "nobody enters by it any more", revoke_group);
  revoking->add_option("NAME", arguments->id, "as \"groups list\" shows it")->required();
  revoking->add_flag("--with-members", arguments->with_members, "take the value from everyone who entered by it");
}

}  // namespace kairan::gateway
