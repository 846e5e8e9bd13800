# The programs of the tutorial check what they have computed; of the first one its words are looked for. In the quick run of all tests each has
# four ranks that are hosts each.
foreach(program IN ITEMS hello object array lock list)
  liana_rank_test(NAME apps.tutorial.${program} TARGET tutorial_${program} RANKS 1 2 4 HOSTS real each QUICK 4.each)
endforeach()
foreach(ranks IN ITEMS 1 2 4)
  math(EXPR last "${ranks} - 1")
  foreach(hosts IN ITEMS real each)
    set_tests_properties(
      apps.tutorial.hello.ranks${ranks}.hosts-${hosts}
      PROPERTIES PASS_REGULAR_EXPRESSION "Hello from rank ${last} of ${ranks}")
  endforeach()
endforeach()
