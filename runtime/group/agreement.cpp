#include "runtime/group/agreement.hpp"

#include <algorithm>
#include <new>
#include <vector>

#include <liana/error.hpp>

#include "runtime/report/describe.hpp"
#include "transport/transport.hpp"

namespace liana::detail {

failure current_failure() {
  using kind = failure::kind;
  try {
    throw;
  } catch (const config_error& problem) {
    return {kind::config, problem.what()};
  } catch (const usage_error& problem) {
    return {kind::usage, problem.what()};
  } catch (const resource_error& problem) {
    return {kind::resource, problem.what()};
  } catch (const transport::unavailable& problem) {
    return {kind::resource, problem.what()};
  } catch (const std::bad_alloc&) {
    return {kind::resource, "no memory left in the process"};
  } catch (const std::exception& problem) {
    return {kind::other, problem.what()};
  }
}

void throw_failure(failure::kind what, const std::string& text) {
  switch (what) {
    case failure::kind::config:
      throw config_error(text);
    case failure::kind::resource:
      throw resource_error(text);
    case failure::kind::usage:
      throw usage_error(text);
    default:
      throw error(text);
  }
}

void agree(process_group& group, const std::optional<failure>& mine) {
  const auto kinds = group.all_gather(mine.has_value() ? mine->what : failure::kind::none);
  const auto first = std::ranges::find_if(kinds, [](failure::kind each) { return each != failure::kind::none; });
  if (first == kinds.end()) {
    return;
  }
  const std::vector<std::string> texts = group.all_gather_texts(mine.has_value() ? mine->text : std::string());
  const bool same_on_all = std::ranges::all_of(texts, [&](const std::string& each) { return each == texts.front(); });
  throw_failure(*first, same_on_all ? texts.front() : describe_differences(texts, ": "));
}

}  // namespace liana::detail
