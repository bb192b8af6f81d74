// What an answer costs: loads a generated city of 20,000 garbage items and 2,000 FAQs (or a given folder) and asks it texts
// of every length LINE allows. Prints JSON lines: one for loading, one a length.
// usage: ask_bench [--content DIR] [--items N] [--faqs N] [--seconds S] [--length L] [--write-phrases FILE]
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "intents/engine.h"
#include "tests/support/temp_dir.h"

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Word {
  const char* text;
  const char* reading;
};
constexpr Word kMakes[] = {
    {"電気", "でんき"}, {"木製", "もくせい"}, {"金属製", "きんぞくせい"}, {"プラスチック", "ぷらすちっく"},
    {"子供用", "こどもよう"}, {"大型", "おおがた"}, {"小型", "こがた"}, {"業務用", "ぎょうむよう"}, {"携帯用", "けいたいよう"},
    {"車用", "くるまよう"}, {"自転車", "じてんしゃ"}, {"園芸", "えんげい"}, {"台所", "だいどころ"}, {"風呂", "ふろ"},
    {"ガラス", "がらす"}, {"陶器", "とうき"}, {"布製", "ぬのせい"}, {"紙製", "かみせい"}, {"ゴム", "ごむ"}, {"革", "かわ"},
    {"充電式", "じゅうでんしき"}, {"石油", "せきゆ"}, {"ガス", "がす"}, {"ペット", "ぺっと"}, {"釣り", "つり"},
    {"キャンプ", "きゃんぷ"}, {"スポーツ", "すぽーつ"}, {"学校", "がっこう"}, {"事務", "じむ"}, {"祭り", "まつり"}};
constexpr Word kThings[] = {
    {"毛布", "もうふ"}, {"ストーブ", "すとーぶ"}, {"机", "つくえ"}, {"椅子", "いす"}, {"棚", "たな"}, {"箱", "はこ"}, {"皿", "さら"},
    {"鍋", "なべ"}, {"やかん", "やかん"}, {"ポット", "ぽっと"}, {"かばん", "かばん"}, {"靴", "くつ"}, {"傘", "かさ"},
    {"おもちゃ", "おもちゃ"}, {"人形", "にんぎょう"}, {"ケース", "けーす"}, {"ボトル", "ぼとる"}, {"缶", "かん"}, {"瓶", "びん"},
    {"袋", "ふくろ"}, {"ホース", "ほーす"}, {"はさみ", "はさみ"}, {"ナイフ", "ないふ"}, {"時計", "とけい"}, {"ライト", "らいと"},
    {"カバー", "かばー"}, {"マット", "まっと"}, {"カーテン", "かーてん"}, {"ベッド", "べっど"}, {"枕", "まくら"}, {"布団", "ふとん"},
    {"ラジオ", "らじお"}, {"スピーカー", "すぴーかー"}, {"コード", "こーど"}, {"電池", "でんち"}, {"タイヤ", "たいや"},
    {"ヘルメット", "へるめっと"}, {"手袋", "てぶくろ"}, {"帽子", "ぼうし"}, {"植木鉢", "うえきばち"}};
constexpr const char* kConditions[] = {"", "（大）", "（小）", "（金属製）", "（プラスチック製）", "（木製）", "（電池式）", "（未使用）",
                                       "（壊れたもの）", "（セット）", "（部品）", "（袋入り）", "（５０センチ以上）", "（ふた）", "（中身入り）",
                                       "（汚れたもの）", "（空のもの）"};
constexpr const char* kCategories[] = {"燃えるごみ", "燃えないごみ", "資源物", "粗大ごみ", "収集しないもの"};
constexpr const char* kTopics[] = {
    "住民票", "戸籍謄本", "印鑑登録", "転入届", "転出届", "国民健康保険", "後期高齢者医療", "介護保険", "児童手当", "保育園",
    "学童保育", "予防接種", "がん検診", "妊婦健診", "水道料金", "下水道", "市県民税", "固定資産税", "軽自動車税", "納税証明",
    "パスポート", "マイナンバーカード", "市営住宅", "空き家バンク", "移住支援", "農業支援", "漁業補助", "商工相談", "図書館", "公民館",
    "体育館", "消防団", "避難所", "防災ラジオ", "罹災証明", "犬の登録", "墓地", "選挙", "市議会", "広報紙"};
constexpr const char* kAsks[] = {
    "の申請方法を教えてください", "に必要なものは何ですか", "の手数料はいくらですか", "の受付時間はいつですか", "の窓口はどこですか",
    "はオンラインでできますか", "は代理人でもできますか", "の期限はいつまでですか", "の対象者は誰ですか", "の変更手続きは",
    "をやめたいときは", "の再発行はできますか", "は郵送でできますか", "の様式はどこにありますか", "の減免はありますか",
    "の支払い方法は", "の相談をしたい", "の予約は必要ですか", "の結果はいつ分かりますか", "の証明書がほしい",
    "を忘れたときは", "を紛失したときは", "は土日でもできますか", "の費用の助成はありますか", "の所得制限はありますか",
    "の更新時期は", "の問い合わせ先は", "について詳しく知りたい", "の名義を変えたい", "の口座振替をしたい",
    "の通知が届かない", "の金額が違う", "は引っ越したらどうなりますか", "は外国人でもできますか", "の年齢の条件は",
    "の流れを知りたい", "を取り消したい", "の記入例はありますか", "の障害者割引は", "の担当課は", "の駐車場はありますか",
    "は何歳からですか", "は本人でないとだめですか", "の写真は必要ですか", "の返金はありますか", "の待ち時間は", "の場所の地図は",
    "の電話番号は", "のアプリはありますか", "の説明会はありますか"};

void write_city(const std::string& folder, std::size_t items, std::size_t faqs) {
  std::ofstream(folder + "/city.yaml") << "name: 見本市\nreading: みほんし\nprefecture: 見本県\nown_names: [見本市]\nphone: 0954-00-0000\n"
                                          "sample: true\ngarbage: {section: 見本課, phone: 0954-00-0000}\ndistricts: []\n";
  std::ofstream garbage(folder + "/garbage.csv");
  garbage << "品目,よみ,別名,分別区分,出し方,注意\n";
  std::size_t n = 0;
  for (const char* condition : kConditions) {
    for (const Word& make : kMakes) {
      for (const Word& thing : kThings) {
        if (n == items) break;
        garbage << make.text << thing.text << condition << ',' << make.reading << thing.reading << ",,"
                << kCategories[n % std::size(kCategories)] << ",指定の袋に入れて出してください（見本）,\n";
        ++n;
      }
    }
  }
  std::ofstream faq(folder + "/faq.csv");
  faq << "id,質問,言い換え,回答,担当課\n";
  n = 0;
  for (const char* topic : kTopics) {
    for (const char* ask : kAsks) {
      if (n == faqs) break;
      faq << 'q' << n << ',' << topic << ask << ",," << topic << "は見本課で受け付けます。窓口の時間は平日の8時30分から17時15分です（見本）,見本課\n";
      ++n;
    }
  }
}

/// Resident memory of this process, bytes (proc(5): statm, second field, pages).
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

/// Processor time of this thread, ms: what an answer costs, however busy the machine is otherwise.
double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double percentile(const std::vector<double>& sorted, std::size_t percent) { return sorted[sorted.size() * percent / 100]; }

std::string prefix_characters(const std::string& text, std::size_t count) {
  std::size_t i = 0;
  while (i < text.size() && count > 0) {
    ++i;
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) ++i;
    --count;
  }
  return text.substr(0, i);
}

/// Texts of about `length` characters: names, questions, small talk, repeated as often as needed, and some of one character.
std::vector<std::string> phrases(std::size_t length) {
  std::mt19937 random(static_cast<unsigned>(length));
  const auto any = [&](const auto& list) { return list[random() % std::size(list)]; };
  static constexpr const char* kTails[] = {"の捨て方", "はどうやって捨てるの？", "はいつ出せますか", "って何ごみ", "について教えて", ""};
  static constexpr const char* kTalk[] = {"こんにちは", "ラーメン食べたい", "今日はいい天気ですね", "ありがとうございました", "えーと、"};
  std::vector<std::string> out;
  for (int i = 0; i < 200; ++i) {
    std::string text;
    const std::string whole = i % 4 == 0   ? std::string(any(kTopics)) + any(kAsks)
                              : i % 4 == 1 ? std::string(any(kMakes).reading) + any(kThings).reading + any(kTails)
                              : i % 4 == 2 ? std::string(any(kMakes).text) + any(kThings).text + any(kTails)
                                           : std::string(any(kTalk)) + any(kThings).text;
    text = whole;
    while (text.size() < length * 3) {
      text += i % 10 == 9 ? std::string("あああああ") : std::string(any(kTalk)) + any(kTopics) + any(kAsks);
    }
    out.push_back(prefix_characters(text, length));
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::string content, phrase_file;
  std::size_t items = 20'000, faqs = 2'000, only = 0;
  double seconds = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--content") content = argv[i + 1];
    else if (name == "--items") items = static_cast<std::size_t>(std::atoll(argv[i + 1]));
    else if (name == "--faqs") faqs = static_cast<std::size_t>(std::atoll(argv[i + 1]));
    else if (name == "--seconds") seconds = std::atof(argv[i + 1]);
    else if (name == "--length") only = static_cast<std::size_t>(std::atoll(argv[i + 1]));
    else if (name == "--write-phrases") phrase_file = argv[i + 1];
  }
  const kairan::test::TempDir folder;
  if (content.empty()) {
    write_city(folder.path(), items, faqs);
    content = folder.path();
  }
  const std::size_t before = resident_bytes();
  const auto begin = SteadyClock::now();
  const kairan::intents::Loaded loaded = kairan::intents::load_engine(content);
  const double load_ms = std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
  if (!loaded.engine) {
    for (const auto& problem : loaded.report.problems) {
      std::cerr << problem.file << ":" << problem.row << ": " << problem.column << ": " << problem.message << "\n";
    }
    return 1;
  }
  std::printf("{\"bench\":\"ask\",\"what\":\"load\",\"items\":%zu,\"faqs\":%zu,\"load_ms\":%.0f,\"rss_mb\":%.1f,\"rss_before_mb\":%.1f}\n",
              loaded.report.garbage_items, loaded.report.faqs, load_ms, static_cast<double>(resident_bytes()) / 1e6,
              static_cast<double>(before) / 1e6);
  std::ofstream phrase_out;
  if (!phrase_file.empty()) phrase_out.open(phrase_file);

  for (const std::size_t length : {5U, 10U, 30U, 100U, 400U, 1000U, 5000U}) {
    if (only != 0 && length != only) continue;
    const std::vector<std::string> texts = phrases(length);
    std::vector<double> took;
    std::vector<double> least(texts.size(), 1e9);  // processor time of each text when nothing disturbed it
    std::size_t answered = 0;
    const auto until = SteadyClock::now() + std::chrono::duration<double>(seconds);
    for (std::size_t i = 0; i < texts.size() || SteadyClock::now() < until; ++i) {
      kairan::intents::Query query;
      query.text = texts[i % texts.size()];
      query.now = kairan::from_unix_ms(1'795'000'000'000);
      if (i < texts.size() && length <= 100 && phrase_out) phrase_out << query.text << "\n";
      const auto start = SteadyClock::now();
      const double work_start = processor_ms();
      const auto answer = loaded.engine->answer(query);
      double& best = least[i % texts.size()];
      best = std::min(best, processor_ms() - work_start);
      took.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count());
      if (answer.kind != kairan::intents::Answer::Kind::kNone) ++answered;
    }
    std::sort(took.begin(), took.end());
    std::sort(least.begin(), least.end());
    std::printf("{\"bench\":\"ask\",\"what\":\"answer\",\"characters\":%zu,\"n\":%zu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
                "\"least_p50_ms\":%.3f,\"least_p99_ms\":%.3f,\"answered_or_offered\":%.2f}\n",
                static_cast<std::size_t>(length), took.size(), percentile(took, 50), percentile(took, 99), took.back(),
                percentile(least, 50), percentile(least, 99), static_cast<double>(answered) / static_cast<double>(took.size()));
    std::fflush(stdout);
  }
  std::printf("{\"bench\":\"ask\",\"what\":\"after\",\"rss_mb\":%.1f}\n", static_cast<double>(resident_bytes()) / 1e6);
  return 0;
}
