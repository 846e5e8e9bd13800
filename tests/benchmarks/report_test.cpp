// The reduction of Google Benchmark's reports to a table and plots.

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "benchmarks/report/changes.hpp"
#include "benchmarks/report/plots.hpp"
#include "benchmarks/report/results.hpp"
#include "benchmarks/report/rows.hpp"
#include "benchmarks/report/tables.hpp"

namespace liana::benchmarks::report {
namespace {

constexpr const char* near_report = R"({
  "context": {"processor": "Abacus", "load_before": "0.10 0 0", "load_after": "0.40 0 0", "num_cpus": 2},
  "benchmarks": [
    {"name": "get/8/real_time", "run_name": "get/8/real_time", "run_type": "iteration", "repetitions": 3,
     "repetition_index": 0, "threads": 1, "iterations": 10, "real_time": 3.0, "cpu_time": 1, "time_unit": "ns", "words": 7},
    {"name": "get/8/real_time", "run_name": "get/8/real_time", "run_type": "iteration", "repetitions": 3,
     "repetition_index": 1, "threads": 1, "iterations": 10, "real_time": 2.0, "cpu_time": 1, "time_unit": "ns", "words": 9},
    {"name": "get/8/real_time", "run_name": "get/8/real_time", "run_type": "iteration", "repetitions": 3,
     "repetition_index": 2, "threads": 1, "iterations": 10, "real_time": 6.0, "cpu_time": 1, "time_unit": "ns", "words": 8},
    {"name": "get/8/real_time_mean", "run_name": "get/8/real_time", "run_type": "aggregate", "aggregate_name": "mean",
     "real_time": 0.1, "cpu_time": 1, "time_unit": "ns"},
    {"name": "get/64/manual_time", "run_name": "get/64/manual_time", "run_type": "iteration", "iterations": 10,
     "real_time": 0.5, "cpu_time": 1, "time_unit": "us"},
    {"name": "load", "run_name": "load", "run_type": "iteration", "iterations": 10, "real_time": 1.0, "cpu_time": 1,
     "time_unit": "ns"},
    {"name": "failed", "run_name": "failed", "run_type": "iteration", "error_occurred": true, "error_message": "no",
     "iterations": 0, "real_time": 0.0, "cpu_time": 0, "time_unit": "ns"}
  ]})";

results one_run() { return results({{"near", parse_report(near_report)}}); }

row only_row(const std::string& text) { return parse_layout(R"({"rows": [)" + text + R"(], "plots": []})").rows.at(0); }

std::string error_of(const std::string& layout_text) {
  try {
    parse_layout(layout_text);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "none";
}

TEST(Summary, IsMinimumMedianAndQuartilesOfTheMedian) {
  EXPECT_EQ(summarize({5, 1, 3, 2, 4}), (summary{.least = 1, .median = 3, .spread = 2.0 / 3}));
  EXPECT_EQ(summarize({4, 2}), (summary{.least = 2, .median = 3, .spread = 1.0 / 3}));
  EXPECT_EQ(summarize({7}), (summary{.least = 7, .median = 7, .spread = 0}));
  EXPECT_THROW(summarize({}), std::logic_error);
}

TEST(Report, HasWindowsInNanosecondsWithoutAggregatesAndFailures) {
  const auto measured = one_run();
  EXPECT_EQ(measured.find("near:get/8")->least, 2);
  EXPECT_EQ(measured.find("near:get/8")->median, 3);
  EXPECT_EQ(measured.find("near:get/64")->least, 500);
  EXPECT_FALSE(measured.find("near:failed"));
  EXPECT_FALSE(measured.find("far:get/8"));
  EXPECT_FALSE(measured.find("near"));
}

TEST(Report, HasCountersByName) {
  EXPECT_EQ(one_run().find("near:get/8#words")->least, 7);
  EXPECT_FALSE(one_run().find("near:get/8#iterations"));
}

TEST(Report, MayBeAListOfMeasures) {
  const auto read = parse_report(R"({"context": {"ranks": "2"}, "measures": {"step": [5, 4.5]}})");
  EXPECT_EQ(read.context.at("ranks"), "2");
  EXPECT_EQ(read.measures.at("step"), (std::vector<double>{5, 4.5}));
}

TEST(Report, InShortHasTheSameWindows) {
  const auto again = parse_report(condensed(parse_report(near_report)));
  EXPECT_EQ(again.measures, parse_report(near_report).measures);
  EXPECT_EQ(again.context.at("processor"), "Abacus");
}

TEST(Results, TakeTheWindowsOfFurtherRunsOfTheSameName) {
  auto all = one_run();
  all.add(results({{"near", parse_report(R"({"context": {}, "measures": {"get/8": [1.5], "put/8": [4]}})")}}));
  EXPECT_EQ(all.find("near:get/8")->least, 1.5);
  EXPECT_EQ(all.find("near:get/8")->median, 2.5);
  EXPECT_EQ(all.find("near:put/8")->least, 4);
}

TEST(Change, IsOfTheRatioWhereRunsAreApartAndOfTheTimeWhereTheyTookTurns) {
  const auto row = only_row(R"({"work": "a", "liana": "near:get/8", "limit": {"name": "load", "is": "near:load"}})");
  const auto run = [](const std::string& measures) {
    return results({{"near", parse_report(R"({"context": {}, "measures": )" + measures + "}")}});
  };
  const auto then = run(R"({"get/8": [2, 3], "load": [1, 1]})");
  const auto now = run(R"({"get/8": [4, 9], "load": [2, 2]})");
  const auto apart = changes({row}, then, now, comparison::apart).at(0);
  EXPECT_DOUBLE_EQ(apart.by(), 0) << "a machine of half the speed makes no row worse";
  EXPECT_NEAR(apart.by_median, 0.3, 1e-9);
  const auto in_turns = changes({row}, then, now, comparison::interleaved).at(0);
  EXPECT_DOUBLE_EQ(in_turns.by(), 1);
  EXPECT_EQ(in_turns.measures, (std::vector<std::string>{"near:get/8", "near:load"}));
  EXPECT_TRUE(changes({row}, then, run(R"({"put/8": [1]})"), comparison::apart).empty()) << "not measured now";
}

TEST(Change, IsShownWorstFirstAndMarked) {
  const auto text = as_text({{.work = "a", .unit = "ns", .then = 10, .now = 10.4, .by_median = 0, .measures = {}},
                             {.work = "b", .unit = "", .then = 1, .now = 1.06, .by_median = 0, .measures = {}}},
                            0.05);
  EXPECT_LT(text.find("\nb"), text.find("\na"));
  EXPECT_NE(text.find("+6.0%      +0.0%  worse\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("worse", text.find("\na")), std::string::npos) << text;
}

TEST(Change, HasARowForEachWorkOfTheApplications) {
  const auto run = [](const std::string& times) {
    return results({{"apps", parse_report(R"({"context": {}, "measures": )" + times + "}")}});
  };
  const auto then = run(R"({"heat/mpi": [10], "heat/real": [10], "heat/each": [20]})");
  const auto now = run(R"({"heat/mpi": [10], "heat/real": [11], "heat/each": [20]})");
  const auto found = changes({}, then, now, comparison::apart);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].work, "heat, LIANA_HOSTS=real");
  EXPECT_DOUBLE_EQ(found[1].now, 1.1);
  EXPECT_EQ(found[1].measures, (std::vector<std::string>{"apps:heat/real", "apps:heat/mpi"}));
}

TEST(Report, RefusesWhatIsNoReport) {
  EXPECT_THROW(parse_report(R"({"context": {}, "measures": {"step": "5"}})"), std::runtime_error);
  EXPECT_THROW(parse_report("{}"), std::runtime_error);
  EXPECT_THROW(parse_report("no JSON"), std::runtime_error);
}

TEST(Report, NamesTheFileThatIsNone) {
  const auto directory = std::filesystem::path(testing::TempDir()) / "liana_report_test";
  std::filesystem::create_directories(directory);
  EXPECT_THROW(results{directory}, std::runtime_error) << "an empty directory";
  std::ofstream(directory / "broken.json") << "{";
  try {
    const results read(directory);
    ADD_FAILURE() << "the broken report was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("broken.json: no report"), std::string::npos) << error.what();
  }
  std::filesystem::remove_all(directory);
}

TEST(Report, FindsSeriesOverSizesAndOverRuns) {
  const auto by_size = one_run().find_series("near:get/*");
  ASSERT_EQ(by_size.size(), 2U) << "counters are no sizes";
  EXPECT_EQ(by_size[0].first, 8);
  EXPECT_EQ(by_size[1].first, 64);
  const auto run = parse_report(near_report);
  const auto by_rank = results({{"b.16", run}, {"b.2", run}, {"b.x", run}}).find_series("b.*:load");
  ASSERT_EQ(by_rank.size(), 2U);
  EXPECT_EQ(by_rank[0].first, 2);
  EXPECT_EQ(by_rank[1].first, 16);
}

TEST(Row, ComparesTheRatioOfMinimaWithItsTarget) {
  const std::string start = R"({"work": "a", "liana": "near:get/8", "limit": {"name": "load", "is": )";
  const auto verdict = [&](const std::string& limit, const std::string& at_most) {
    const auto of = only_row(start + limit + R"(}, "target": {"against": "limit", "at_most": )" + at_most + "}}");
    return fill({of}, one_run()).lines.at(0).verdict();
  };
  EXPECT_EQ(verdict(R"("near:load")", "2.0"), "met");
  EXPECT_EQ(verdict(R"("near:load")", "1.9"), "missed");
  EXPECT_EQ(verdict(R"({"times": 2, "of": "near:load"})", "1.0"), "met");
  EXPECT_EQ(verdict(R"({"sum": ["near:load", {"ns": 0.5}]})", "1.3"), "missed");
  EXPECT_EQ(verdict(R"({"most": ["near:load", {"ns": 4}]})", "0.5"), "met");
  EXPECT_EQ(verdict(R"({"sum": ["near:load", "near:nothing"]})", "1000"), "not measured");
}

TEST(Row, ThatWasNotMeasuredIsNamed) {
  const auto all = fill({only_row(R"({"work": "flying", "liana": "near:fly"})")}, one_run());
  EXPECT_TRUE(all.lines.empty());
  EXPECT_NE(as_text(all).find("Not measured: flying."), std::string::npos);
}

TEST(Layout, NamesTheRowThatIsWrong) {
  EXPECT_EQ(error_of(R"({"rows": [{"work": "a", "liana": "near"}], "plots": []})"),
            "rows 'a': 'near' is no measure: write run:measure");
  EXPECT_NE(
      error_of(R"({"rows": [{"work": "a", "liana": "n:b", "tarjet": 1}], "plots": []})").find("unknown key 'tarjet'"),
      std::string::npos);
  EXPECT_NE(error_of(R"({"rows": [{"work": "a", "liana": "n:b", "target": {"against": "peer", "at_most": 1}}],
                         "plots": []})")
                .find("there is none"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"rows": [{"work": "a", "liana": "n:b", "reason": "because"}], "plots": []})")
                .find("there is no target"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"rows": [], "plots": [{"file": "p", "title": "", "kind": "pie"}]})").find("plots 'p'"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"rows": []})"), "none");
}

TEST(Layout, OfThisTreeIsRight) { EXPECT_FALSE(read_layout(LIANA_ROWS_FILE).rows.empty()); }

TEST(Table, ShowsThreeDigitsInTheFittingUnit) {
  EXPECT_EQ(show(0.4567, "ns"), "0.46 ns");
  EXPECT_EQ(show(12.34, "ns"), "12.3 ns");
  EXPECT_EQ(show(1234, "ns"), "1.23 us");
  EXPECT_EQ(show(2.5e9, "ns"), "2.50 s");
  EXPECT_EQ(show(1536, "B"), "1.50 KiB");
  EXPECT_EQ(show(20, "messages"), "20.0 messages");
  EXPECT_EQ(show(0, "ns"), "0 ns");
}

TEST(Table, HeadlineShowsTheBaselineThatTheTargetNames) {
  const auto of = only_row(R"({"work": "near get", "headline": true, "liana": "near:get/8",
                               "peer": {"name": "slow", "is": "near:get/64"}, "limit": {"name": "load", "is": "near:load"},
                               "target": {"against": "limit", "at_most": 4}})");
  const auto text = headline_markdown(fill({of}, one_run()), one_run());
  EXPECT_NE(text.find("| near get | 2.00 ns | load | 1.00 ns | 2.00 | 4 |  |\n"), std::string::npos) << text;
  EXPECT_NE(text.find("of Abacus"), std::string::npos) << text;
  EXPECT_NE(text.find("load 0.1 to 0.4"), std::string::npos) << text;
}

TEST(Table, GivesTheReasonOnlyWhereTheTargetIsMissed) {
  const auto table_with = [&](const std::string& at_most) {
    return fill({only_row(R"({"work": "near get", "headline": true, "liana": "near:get/8",
                              "limit": {"name": "load", "is": "near:load"}, "reason": "loads wait for each other",
                              "target": {"against": "limit", "at_most": )" +
                          at_most + "}}")},
                one_run());
  };
  const std::string reason = "| loads wait for each other |\n";
  EXPECT_NE(headline_markdown(table_with("1.5"), one_run()).find("| 1.5 " + reason), std::string::npos);
  EXPECT_NE(as_markdown(table_with("1.5")).find("| missed " + reason), std::string::npos);
  EXPECT_EQ(headline_markdown(table_with("2"), one_run()).find(reason), std::string::npos);
  EXPECT_EQ(as_markdown(table_with("2")).find(reason), std::string::npos);
}

TEST(Table, ReplacesOnlyWhatIsMarked) {
  const std::string text = "before\n<!-- benchmarks: begin -->\nold\n<!-- benchmarks: end -->\nafter\n";
  EXPECT_EQ(replace_marked(text, "new\n"),
            "before\n<!-- benchmarks: begin -->\nnew\n<!-- benchmarks: end -->\nafter\n");
  EXPECT_EQ(replace_marked(replace_marked(text, "x\n"), "new\n"), replace_marked(text, "new\n"));
  EXPECT_THROW(replace_marked("nothing\n", "new"), std::runtime_error);
  EXPECT_THROW(replace_marked("<!-- benchmarks: begin -->\n", "new"), std::runtime_error);
}

TEST(Plot, HoldsWhatWasMeasuredAndOnlyThat) {
  const plot which{.file = "p",
                   .title = "a \"title\"",
                   .is = plot::kind::bandwidth,
                   .x = "bytes",
                   .lines = {{.title = "get", .pattern = "near:get/*"}, {.title = "fly", .pattern = "near:fly/*"}},
                   .bars = {}};
  const auto script = plot_script(which, one_run());
  ASSERT_TRUE(script);
  EXPECT_NE(script->find("\n8 4\n64 0.128\nEND\n"), std::string::npos) << *script;
  EXPECT_NE(script->find(R"(set title "a \"title\"")"), std::string::npos) << *script;
  EXPECT_EQ(script->find("fly"), std::string::npos) << *script;
  EXPECT_NE(script->find("p.svg"), std::string::npos);
  EXPECT_NE(script->find("p.png"), std::string::npos);
}

TEST(Plot, OfNothingIsNone) {
  const plot which{.file = "p", .title = "", .is = plot::kind::bars, .x = "", .lines = {}, .bars = {}};
  EXPECT_FALSE(plot_script(which, one_run()));
}

}  // namespace
}  // namespace liana::benchmarks::report
