#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace liana::detail {

/// The compiler's text for this function, which has the name of `T` in it.
template <class T>
consteval std::string_view text_around_type() {
  return __PRETTY_FUNCTION__;
}

/// What stands around the name of a type, found with a type whose name is known.
struct type_name_margins {
  static constexpr std::string_view sample = "double";

  std::size_t before = text_around_type<double>().find(sample);
  std::size_t after = text_around_type<double>().size() - before - sample.size();
};

template <class T>
consteval auto copy_type_name() {
  constexpr std::string_view text = text_around_type<T>();
  constexpr type_name_margins margins;
  std::array<char, text.size() - margins.before - margins.after + 1> name{};  // with the zero at its end
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    name[i] = text[margins.before + i];
  }
  return name;
}

template <class T>
inline constexpr auto stored_type_name = copy_type_name<T>();

/// `T` as a programmer writes it, such as `unsigned int` or `simulation::particle`; the same in all ranks of a job,
/// whose programs come from one compiler. For messages.
template <class T>
constexpr const char* type_name() {
  return stored_type_name<T>.data();
}

}  // namespace liana::detail
