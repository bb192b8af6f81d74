// Real cities' garbage lists, imported and asked for item by item: by exact name in each city; for a list with readings also
// by hiragana, by half-width katakana and in a sentence. Prints counts and misses; fails below the bars.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "intents/content_loader.h"
#include "intents/engine.h"
#include "intents/import/importer.h"
#include "intents/kana.h"

namespace {

using namespace kairan;
using namespace kairan::intents;
namespace fs = std::filesystem;

struct Asked {
  std::size_t right = 0, choice = 0;
  std::vector<std::string> misses;
};

/// Half-width katakana of a hiragana reading, voicing marks as letters of their own.
std::string half_width(const std::string& reading) {
  static const std::u32string kana =
      U"をぁぃぅぇぉゃゅょっーあいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん";
  static const std::u32string voiced = U"がぎぐげござじずぜぞだぢづでどばびぶべぼ", plain = U"かきくけこさしすせそたちつてとはひふへほ";
  static const std::u32string round = U"ぱぴぷぺぽ", round_plain = U"はひふへほ";
  std::u32string out;
  for (char32_t c : to_code_points(reading)) {
    char32_t mark = 0;
    if (const std::size_t at = voiced.find(c); at != std::u32string::npos) {
      c = plain[at];
      mark = 0xFF9E;
    } else if (const std::size_t other = round.find(c); other != std::u32string::npos) {
      c = round_plain[other];
      mark = 0xFF9F;
    }
    const std::size_t at = kana.find(c);
    out.push_back(at == std::u32string::npos ? c : static_cast<char32_t>(0xFF66 + at));
    if (mark != 0) out.push_back(mark);
  }
  return to_utf8(out);
}

Asked ask_all(const Engine& engine, const std::vector<GarbageItem>& items, std::string (*phrase)(const GarbageItem&)) {
  Asked asked;
  for (const GarbageItem& item : items) {
    Query query;
    query.text = phrase(item);
    query.now = from_unix_ms(1'795'482'000'000);
    const Answer answer = engine.answer(query);
    const std::string intent = "garbage:" + item.name;
    const bool shown = shown_text(answer.messages).find(item.category) != std::string::npos;
    bool offered = false;
    for (std::size_t i = 0; i < answer.candidates.size() && i < 4; ++i) offered = offered || answer.candidates[i].intent == intent;
    if (answer.kind == Answer::Kind::kAnswer && answer.intent == intent && shown) ++asked.right;
    else if (answer.kind == Answer::Kind::kChoose && offered && shown) ++asked.choice;
    else asked.misses.push_back(query.text + " -> " + std::string(answer_kind_name(answer.kind)) + " " + answer.intent);
  }
  return asked;
}

bool report(const std::string& title, const Asked& asked, std::size_t total, double bar) {
  std::cout << title << ": " << total << " items, right " << asked.right << ", choice " << asked.choice << ", missed "
            << asked.misses.size() << "\n";
  for (const std::string& miss : asked.misses) std::cout << "  missed: " << miss << "\n";
  return static_cast<double>(asked.right + asked.choice) >= bar * static_cast<double>(total);
}

bool measure(const std::string& title, const std::string& file, const std::string& folder) {
  ImportOptions options{"garbage", file, folder, {}};
  const ImportResult imported = import_content(options);
  const Loaded loaded = load_engine(folder);
  LoadReport ignored;
  const std::shared_ptr<const Content> content = load_content(folder, ignored);
  if (!imported.ok || !loaded.engine || !content || content->items.size() < 200) {
    std::cout << title << ": the import failed\n";
    for (const FileProblem& problem : imported.problems) std::cout << "  " << problem.row << " " << problem.message << "\n";
    return false;
  }
  const std::vector<GarbageItem>& items = content->items;
  bool good = report(title + ", exact name", ask_all(*loaded.engine, items, [](const GarbageItem& item) { return item.name; }),
                     items.size(), 1.0);
  if (!items.front().reading.empty()) {
    good &= report(title + ", hiragana", ask_all(*loaded.engine, items, [](const GarbageItem& item) { return item.reading; }),
                   items.size(), 0.97);
    good &= report(title + ", half-width katakana",
                   ask_all(*loaded.engine, items, [](const GarbageItem& item) { return half_width(item.reading); }), items.size(), 0.97);
  }
  good &= report(title + ", in a sentence",
                 ask_all(*loaded.engine, items, [](const GarbageItem& item) { return item.name + "ってどうやって捨てるの？"; }),
                 items.size(), 0.97);
  return good;
}

}  // namespace

int main() {
  const char* const set = std::getenv("KAIRAN_SHARED");
  const std::string data = (set != nullptr ? std::string(set) : std::string(KAIRAN_SOURCE_DIR) + "/../shared") + "/data/garbage/";
  std::error_code failed;
  if (!fs::exists(data, failed)) {
    std::cout << "skipped: no " << data << "\n";
    return 0;
  }
  std::string pattern = (fs::temp_directory_path() / "kairan-lists-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return 1;
  bool good = measure("Kanazawa", data + "kanazawa_5374/target.csv", pattern + "/kanazawa");
  good &= measure("Saga", data + "saga_5374/target.csv", pattern + "/saga");
  good &= measure("Takamatsu", data + "takamatsu/0074_garbage_separation_list.csv", pattern + "/takamatsu");
  good &= measure("Toyohashi", data + "toyohashi/gomidata_aichi_toyohashi.json", pattern + "/toyohashi");
  fs::remove_all(pattern, failed);
  return good ? 0 : 1;
}
