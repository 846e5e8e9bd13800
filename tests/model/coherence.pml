/* The coherence protocol (runtime/coherence/README.md) for the model checker SPIN: ranks near to and far from the home of a block, every word of the
 * directory entry and of the data read and written by itself.
 *
 * Checked, by assertions and by SPIN's search for states without a way on:
 *   - no read is torn: what it returns is the content that one write left;
 *   - every read returns a write no older than any that had ended, or that any read had returned, when it began, and none that has not begun;
 *   - no deadlock.
 * The first two together are linearizability of each block, which holds of several blocks when it holds of each.
 *
 * How it stands for the protocol:
 *   - A stamp is never used twice, so all that a stamp can tell is whether the validity word has changed since it was loaded. The model keeps that: `current`
 *     of a replica, `unchanged` of a fetch. To write a fresh stamp is to set both to false for the host's ranks. All blocks share the one validity word.
 *   - A write number k puts k into word 0 and, unless it is a put of a part, into word 1. So word 0 of a content is its number, and `second[k]` the word
 *     that belongs to it.
 *   - A far rank's READs are a step a word: the entry in ascending order, the data in any order, also against the entry (UNORDERED).
 *   - A release goes on by itself (`release`), while its rank does other things; what the rank does next over the same connection comes behind it.
 *   - Blocks lie at different homes, reached by different connections.
 *   - A CPU's stores are visible in program order at once: fences are the business of the code and its tests.
 *
 * Parameters (-D), see run.sh for the sets that are checked: FAR and NEAR, numbers of ranks, the first near one being the home; FAR_HOSTS, on how many hosts the far
 * ranks are; GROUP, how many hosts share a mark; BLOCKS; OPS of each rank; FAR_DOES (of far
 * rank 0 FIRST_DOES), HOME_DOES and NEAR_DOES, sums of what they do; and the rules to break. FIRST_OPS, LAST_OPS and HOME_OPS: operations of far rank 0, of the last far or
 * near rank and of the home, where they differ; MOST_WRITES, a bound of all writes to a block. FIRST_ALONE: far rank 0 has a host to itself. ENTRY_ONLY: data are read and
 * written in one step and all misses take the dependent path, for questions of the entry that need more ranks and operations than would fit otherwise. GUIDED: two near readers start only where three writes lead to what is looked for.
 */

#ifndef FAR_HOSTS
#define FAR_HOSTS FAR
#endif
#ifndef GROUP
#define GROUP 1
#endif
#ifndef FIRST_DOES
#define FIRST_DOES FAR_DOES
#endif
#ifndef FIRST_OPS
#define FIRST_OPS OPS
#endif
#ifndef LAST_OPS
#define LAST_OPS OPS
#endif
#ifndef HOME_OPS
#define HOME_OPS OPS
#endif
#ifndef BLOCKS
#define BLOCKS 1
#endif

#define RANKS (FAR + NEAR)
#if NEAR == 0
#define HOSTS (FAR_HOSTS)
#else
#define HOSTS (FAR_HOSTS + 1)
#endif
#if FAR == 0
#define FAR_BLOCKS 1 /* no array is empty */
#else
#define FAR_BLOCKS (FAR * BLOCKS)
#endif
#define MARKS ((HOSTS + GROUP - 1) / GROUP)
#ifdef FIRST_ALONE
#define FAR_HOST(r) ((r) == 0 -> 0 : 1 + ((r) - 1) % (FAR_HOSTS - 1))
#else
#define FAR_HOST(r) ((r) % FAR_HOSTS)
#endif
#define HOST(r) ((r) < FAR -> FAR_HOST(r) : FAR_HOSTS)
#define MARK(r) (HOST(r) / GROUP)
#ifndef MOST_WRITES
#define MOST_WRITES (RANKS * OPS)
#endif
#define UNKNOWN 255

/* What a rank does. */
#define DO_READ 1   /* far: from its replica or by a miss; home: in place; near: through a replica */
#define DO_WRITE 2  /* the whole block */
#define DO_PUT 4    /* word 0 only */
#define DO_EVICT 8  /* far: its replica is forgotten, and nobody told; near: get() by the sequence lock */

/* At the home. */
byte lock[BLOCKS];     /* 0, or a far rank + 1 */
byte readers[BLOCKS];  /* one word with writer */
byte writer[BLOCKS];   /* 0, or a near rank + 1 */
byte version[BLOCKS];
byte marks[BLOCKS * MARKS];
byte data0[BLOCKS], data1[BLOCKS];

/* At the ranks. */
bit present[RANKS * BLOCKS];
bit current[RANKS * BLOCKS];
byte copy0[RANKS * BLOCKS], copy1[RANKS * BLOCKS], copy_version[RANKS * BLOCKS];
bit unchanged[RANKS];          /* the validity word, since the stamp of the fetch under way was loaded */
byte releasing[FAR_BLOCKS];      /* the number of the write whose release is under way */
bit partly[FAR_BLOCKS];
#ifdef NO_R7
bit to_tell[FAR_BLOCKS * MARKS];
#endif

/* What only the checks know. */
byte known[BLOCKS];  /* the newest content that a write has left or a read returned */
byte second[BLOCKS * (MOST_WRITES + 1)];

#define AT(r, b) ((r) * BLOCKS + (b))
#define MARK_AT(b, m) ((b) * MARKS + (m))
#define SECOND(b, k) second[(b) * (MOST_WRITES + 1) + (k)]

inline learn(b, k) { known[b] = (k > known[b] -> k : known[b]) }

/* A read that began when `low` was known returns this. */
inline check_read(b, low, first_word, second_word) {
  d_step {
    assert(first_word >= low);
    assert(SECOND(b, first_word) == second_word);
    learn(b, first_word)
  }
}

/* A write begins to exist. */
inline number_write(b, k, whole) {
  d_step {
    assert(SECOND(b, k) == UNKNOWN);
    SECOND(b, k) = (whole -> k : SECOND(b, k - 1))
  }
}

/* A fresh stamp at all hosts of a mark, each in its turn. */
inline invalidate(m, h, r, other) {
  h = m * GROUP;
  do
  :: h < HOSTS && h < (m + 1) * GROUP ->
     d_step {
       r = 0;
       do
       :: r < RANKS ->
          if
          :: HOST(r) == h ->
             unchanged[r] = 0;
             other = 0;
             do
             :: other < BLOCKS -> current[AT(r, other)] = 0; other++
             :: else -> break
             od
          :: else
          fi;
          r++
       :: else -> break
       od;
       r = 0; other = 0;
       h++
     }
  :: else -> break
  od;
  h = 0
}

inline choose_operation(does, kind, b) {
  atomic {
    if
    :: does & DO_READ -> kind = DO_READ
    :: does & DO_WRITE -> kind = DO_WRITE
    :: does & DO_PUT -> kind = DO_PUT
    :: does & DO_EVICT -> kind = DO_EVICT
    fi;
    if
    :: b = 0
    :: BLOCKS > 1 -> b = BLOCKS - 1
    fi
  }
}

/* The words of the entry, ascending, or all at once where LINE_ATOMIC, and of the data in any order; these behind the entry unless UNORDERED. */
#define ENTRY_IN 4
#define DATA_IN 3
#ifdef UNORDERED
#define DATA_MAY_COME true
#else
#define DATA_MAY_COME entry_words == ENTRY_IN
#endif
inline read_line(b, me) {
  seen_lock = lock[b]; seen_writer = writer[b]; seen_version = version[b]; seen_mark = marks[MARK_AT(b, MARK(me))]
}
inline read_entry_and_data(b, me) {
  entry_words = 0; data_words = 0;
  do
#ifdef LINE_ATOMIC
  :: atomic { entry_words == 0 -> read_line(b, me); entry_words = ENTRY_IN }
#else
  :: atomic { entry_words == 0 -> seen_lock = lock[b]; entry_words++ }
  :: atomic { entry_words == 1 -> seen_writer = writer[b]; entry_words++ }
  :: atomic { entry_words == 2 -> seen_version = version[b]; entry_words++ }
  :: atomic { entry_words == 3 -> seen_mark = marks[MARK_AT(b, MARK(me))]; entry_words++ }
#endif
  :: atomic { !(data_words & 1) && DATA_MAY_COME -> word0 = data0[b]; data_words = data_words | 1 }
  :: atomic { !(data_words & 2) && DATA_MAY_COME -> word1 = data1[b]; data_words = data_words | 2 }
  :: atomic { entry_words == ENTRY_IN && data_words == DATA_IN -> entry_words = 0; data_words = 0; break }
  od
}
inline read_entry(b, me) {
#ifdef LINE_ATOMIC
  atomic { read_line(b, me) }
#else
  atomic { seen_lock = lock[b] };
  atomic { seen_writer = writer[b] };
  atomic { seen_version = version[b] };
  atomic { seen_mark = marks[MARK_AT(b, MARK(me))] }
#endif
}
inline read_data(b) {
#ifdef ENTRY_ONLY
  atomic { word0 = data0[b]; word1 = data1[b] }
#else
  data_words = 0;
  do
  :: atomic { !(data_words & 1) -> word0 = data0[b]; data_words = data_words | 1 }
  :: atomic { !(data_words & 2) -> word1 = data1[b]; data_words = data_words | 2 }
  :: atomic { data_words == DATA_IN -> data_words = 0; break }
  od
#endif
}

#ifdef NO_R3
#define NOBODY_HELD_IT true
#else
#define NOBODY_HELD_IT (seen_lock == 0 && seen_writer == 0)
#endif
#ifdef NO_R4
#define REGISTERED true
#define REGISTERED_BY_ME true
#else
#define REGISTERED (seen_mark != 0)
#define REGISTERED_BY_ME (seen_mark == me + 1)
#endif
#ifdef NO_R5
#define STILL_VALID true
#else
#define STILL_VALID unchanged[me]
#endif

/* Reads the entry for data that are read after it, and decides whether they may be `taken`. The own mark counts as it is seen: nobody else writes it, so it was there
 * when the lock was looked at before it. Another rank's may have been written since then, under a writer that had found no mark to invalidate. So there are three looks:
 * a version; unheld, with a mark; unheld again, with the first look's version. Who clears the mark after the second look and before the third took the block after the
 * first, and raises the version before he clears. Only the words that this needs are read. The first look is one step with the lock of the second: versions only grow,
 * so all that an earlier one would accept is accepted here. */
inline look_at_entry(b, me) {
#if defined(ANY_MARK)
  read_entry(b, me);
  atomic { taken = (NOBODY_HELD_IT && REGISTERED) }
#elif defined(TWO_LOOKS)
#if TWO_LOOKS == 2 /* the first one unheld as well */
  atomic { seen_lock = lock[b] };
  atomic { seen_writer = writer[b] };
  atomic { taken = NOBODY_HELD_IT; first_version = version[b] };
#else
  atomic { taken = 1; first_version = version[b] };
#endif
  atomic { seen_mark = marks[MARK_AT(b, MARK(me))]; taken = (taken && REGISTERED); seen_mark = 0 };
  read_entry(b, me);
  atomic { taken = (NOBODY_HELD_IT && REGISTERED && (REGISTERED_BY_ME || (taken && seen_version == first_version))); first_version = 0 }
#else
#ifdef LINE_ATOMIC
  atomic { first_version = version[b]; read_line(b, me) };
#else
  atomic { first_version = version[b]; seen_lock = lock[b] };
  atomic { seen_writer = writer[b] };
  atomic { seen_version = version[b] };
  atomic { seen_mark = marks[MARK_AT(b, MARK(me))] };
#endif
  if
  :: atomic { !NOBODY_HELD_IT || !REGISTERED -> taken = 0 }
  :: atomic { NOBODY_HELD_IT && REGISTERED && REGISTERED_BY_ME -> taken = 1 }
  :: atomic { NOBODY_HELD_IT && REGISTERED && !REGISTERED_BY_ME -> seen_lock = lock[b] };
     atomic { seen_writer = writer[b] };
     atomic { seen_version = version[b]; taken = (NOBODY_HELD_IT && seen_version == first_version) }
  fi;
  first_version = 0
#endif
}

/* R2: the stamp is loaded before the registration. */
inline load_stamp_and_register(b, me) {
#ifdef NO_R2
  atomic { marks[MARK_AT(b, MARK(me))] = me + 1 }
#else
  atomic { unchanged[me] = 1 };
  atomic { marks[MARK_AT(b, MARK(me))] = me + 1 }
#endif
}
inline load_stamp_late(me) {
#ifdef NO_R2
  atomic { unchanged[me] = 1 }
#endif
  skip
}

inline keep_copy(b, me) {
  present[AT(me, b)] = 1; current[AT(me, b)] = unchanged[me];
  copy0[AT(me, b)] = word0; copy1[AT(me, b)] = word1; copy_version[AT(me, b)] = seen_version
}

#define UNHELD(b) (lock[b] == 0 && writer[b] == 0)

proctype far(byte me) {
  byte done, kind, b, low, k, m, h, r, other;
  byte seen_lock, seen_writer, seen_version, seen_mark, word0, word1, entry_words, data_words, first_version;
  byte shared[MARKS];
  bit dependent, kept, taken;

next_operation:
  if
  :: done == (me == 0 -> FIRST_OPS : (me == FAR - 1 -> LAST_OPS : OPS)) -> goto finished
  :: else
  fi;
  done++;
  if
  :: me == 0 -> choose_operation(FIRST_DOES, kind, b)
  :: else -> choose_operation(FAR_DOES, kind, b)
  fi;
  d_step { low = known[b] };
  if
  :: kind == DO_READ && present[AT(me, b)] && current[AT(me, b)] ->
     /* A hit: one look at the validity word; the copy is nobody else's to change. */
     check_read(b, low, copy0[AT(me, b)], copy1[AT(me, b)])
  :: kind == DO_READ && !(present[AT(me, b)] && current[AT(me, b)]) -> goto read_miss
  :: kind == DO_WRITE || kind == DO_PUT -> goto write
  :: kind == DO_EVICT -> present[AT(me, b)] = 0
  fi;
  goto next_operation;

read_miss:
  kept = present[AT(me, b)];
  if
#ifdef ENTRY_ONLY
  :: dependent = 1
#else
  :: dependent = kept  /* revalidation */
  :: dependent = 0
#endif
  fi;
again:
  releasing[me * BLOCKS + b] == 0;
  load_stamp_and_register(b, me);
  if
  :: !dependent ->
     kept = 0; present[AT(me, b)] = 0;
     read_entry_and_data(b, me);
     load_stamp_late(me);
     atomic {
       if
       :: !NOBODY_HELD_IT || !STILL_VALID || !REGISTERED -> goto refused
       :: else
       fi;
       if
       :: REGISTERED_BY_ME -> keep_copy(b, me)
       :: else -> dependent = 1; goto again
       fi
     }
  :: dependent ->
     look_at_entry(b, me);
     if
     :: !taken -> goto refused
     :: else -> taken = 0
     fi;
     if
     :: kept && copy_version[AT(me, b)] == seen_version -> word0 = copy0[AT(me, b)]; word1 = copy1[AT(me, b)]
     :: else -> present[AT(me, b)] = 0; kept = 0; read_data(b)
     fi;
     load_stamp_late(me);
     atomic {
       if
       :: !STILL_VALID -> goto refused
       :: else -> keep_copy(b, me)
       fi
     }
  fi;
  check_read(b, low, word0, word1);
  goto forget;
refused:
  if
  :: dependent = 1
#ifndef ENTRY_ONLY
  :: skip
#endif
  fi;
  UNHELD(b);
  goto again;

write:
  releasing[me * BLOCKS + b] == 0;
  atomic { lock[b] == 0 -> lock[b] = me + 1 };
  if
  :: kind == DO_WRITE -> present[AT(me, b)] = 0
  :: else
  fi;
#ifdef WRITE_UNORDERED
  read_data(b);
#endif
#ifndef NO_R6
  readers[b] == 0 && writer[b] == 0;  /* R6; one word */
#endif
  seen_version = version[b];
  do
  :: atomic { m < MARKS -> shared[m] = marks[MARK_AT(b, m)]; m++ }
  :: else -> m = 0; break
  od;
#ifndef WRITE_UNORDERED
  if
  :: kind == DO_WRITE -> read_data(b)
  :: else
  fi;
#endif
  do
  :: m < MARKS ->
     if
#ifdef NO_R7
     :: shared[m] != 0 -> to_tell[(me * BLOCKS + b) * MARKS + m] = 1
#else
     :: shared[m] != 0 -> invalidate(m, h, r, other)
#endif
     :: else
     fi;
     m++
  :: else -> m = 0; break
  od;
  k = seen_version + 1;
#ifdef WRITE_UNORDERED
  if
  :: kind == DO_WRITE -> assert(SECOND(b, word0) == word1 && word0 == seen_version)
  :: else
  fi;
#else
  /* What the caller of a guard finds in it is a read. */
  if
  :: kind == DO_WRITE -> check_read(b, low, word0, word1); assert(word0 == seen_version)
  :: else
  fi;
#endif
  number_write(b, k, kind == DO_WRITE);
  atomic {
    if
    :: kind == DO_WRITE ->
       /* The stamp is loaded after the own host was told, while the block is held. */
       unchanged[me] = 1; word0 = k; word1 = k; seen_version = k; keep_copy(b, me)
    :: else
    fi;
    partly[me * BLOCKS + b] = (kind == DO_PUT);
    releasing[me * BLOCKS + b] = k;
    learn(b, k)
  }
forget:
  skip;
  d_step {
    kind = 0; b = 0; low = 0; k = 0; seen_lock = 0; seen_writer = 0; seen_version = 0; seen_mark = 0; word0 = 0; word1 = 0;
    dependent = 0; kept = 0; m = 0;
    do
    :: m < MARKS -> shared[m] = 0; m++
    :: else -> m = 0; break
    od
  }
  goto next_operation;
finished:
  skip
}

inline clear_marks(b, left) {
  m = 0;
  do
  :: atomic { m < MARKS -> marks[MARK_AT(b, m)] = (left != 0 && m == MARK(left - 1) -> left : 0); m++ }
  :: else -> m = 0; break
  od
}
inline write_data(b, k, whole) {
#ifdef ENTRY_ONLY
  atomic { data0[b] = k; if :: whole -> data1[b] = k :: else fi }
#else
  if
  :: data0[b] = k; if :: whole -> data1[b] = k :: else fi
  :: whole -> data1[b] = k; data0[b] = k
  fi
#endif
}

/* The release chain of a far rank's write, R8. */
proctype release(byte me; byte b) {
  byte m, k, h, r, other;
end:
  do
  :: releasing[me * BLOCKS + b] != 0 ->
     k = releasing[me * BLOCKS + b];
#ifdef R8_CLEAR_FIRST
     version[b] = k;
     clear_marks(b, (partly[me * BLOCKS + b] -> 0 : me + 1));
     write_data(b, k, !partly[me * BLOCKS + b]);
     lock[b] = 0;
#else
#ifdef R8_UNLOCK_FIRST
     write_data(b, k, !partly[me * BLOCKS + b]);
     lock[b] = 0;
     version[b] = k;
     clear_marks(b, (partly[me * BLOCKS + b] -> 0 : me + 1));
#else
     write_data(b, k, !partly[me * BLOCKS + b]);
     version[b] = k;
     clear_marks(b, (partly[me * BLOCKS + b] -> 0 : me + 1));
     lock[b] = 0;
#endif
#endif
     skip;
     d_step { k = 0; partly[me * BLOCKS + b] = 0; releasing[me * BLOCKS + b] = 0 }
#ifdef NO_R7
  :: m < MARKS ->
     if
     :: to_tell[(me * BLOCKS + b) * MARKS + m] -> to_tell[(me * BLOCKS + b) * MARKS + m] = 0; invalidate(m, h, r, other)
     :: else
     fi;
     m = (m + 1) % MARKS
#endif
  od
}

/* A rank of the home's host; `is_home` reads in place. */
proctype near(byte me; bit is_home) {
  byte done, kind, b, low, k, m, h, r, other;
  byte seen_lock, seen_writer, seen_version, seen_mark, word0, word1, data_words, first_version;
  byte shared[MARKS];
  bit kept, taken;

next_operation:
  if
  :: done == (is_home -> HOME_OPS : (me == RANKS - 1 -> LAST_OPS : OPS)) -> goto finished
  :: else
  fi;
  done++;
  if
  :: is_home -> choose_operation(HOME_DOES, kind, b)
  :: else -> choose_operation(NEAR_DOES, kind, b)
  fi;
  d_step { low = known[b] };
  if
  :: kind == DO_WRITE || kind == DO_PUT -> goto write
  :: kind == DO_EVICT -> goto get
  :: kind == DO_READ && is_home -> goto read_in_place
  :: kind == DO_READ && !is_home && present[AT(me, b)] && current[AT(me, b)] ->
     check_read(b, low, copy0[AT(me, b)], copy1[AT(me, b)]);
     goto forget
  :: kind == DO_READ && !is_home && !(present[AT(me, b)] && current[AT(me, b)]) -> goto read_replica
  fi;

write:
  atomic { readers[b] == 0 && writer[b] == 0 -> writer[b] = me + 1 };
#ifndef NEAR_IGNORES_LOCK
  if
#ifdef NEAR_HOLDS_ON
  :: lock[b] != 0 -> lock[b] == 0
#else
  :: lock[b] != 0 -> writer[b] = 0; lock[b] == 0; goto write
#endif
  :: else
  fi;
#endif
  do
  :: atomic { m < MARKS -> shared[m] = marks[MARK_AT(b, m)]; m++ }
  :: else -> m = 0; break
  od;
  do
  :: m < MARKS ->
     if
     :: shared[m] != 0 -> invalidate(m, h, r, other)
     :: else
     fi;
     m++
  :: else -> m = 0; break
  od;
  k = version[b] + 1;
  number_write(b, k, kind == DO_WRITE);
#ifdef R8_CLEAR_FIRST
  version[b] = k;
  clear_marks(b, 0);
  write_data(b, k, kind == DO_WRITE);
  atomic { writer[b] = 0; learn(b, k) };
#else
#ifdef R8_UNLOCK_FIRST
  write_data(b, k, kind == DO_WRITE);
  atomic { writer[b] = 0; learn(b, k) };
  version[b] = k;
  clear_marks(b, 0);
#else
  write_data(b, k, kind == DO_WRITE);
  version[b] = k;
  clear_marks(b, 0);
  atomic { writer[b] = 0; learn(b, k) };
#endif
#endif
  goto forget;

get:
  seen_version = version[b];
  seen_lock = lock[b];
  seen_writer = writer[b];
  if
  :: seen_lock != 0 || seen_writer != 0 -> UNHELD(b); goto get
  :: else
  fi;
  read_data(b);
  seen_lock = lock[b];
  seen_writer = writer[b];
  if
  :: seen_lock != 0 || seen_writer != 0 -> UNHELD(b); goto get
  :: else
  fi;
  if
  :: version[b] != seen_version -> goto get
  :: else
  fi;
  check_read(b, low, word0, word1);
  goto forget;

read_in_place:
  atomic { writer[b] == 0 -> readers[b]++ };
#ifndef NEAR_IGNORES_LOCK
  if
  :: lock[b] != 0 -> readers[b]--; lock[b] == 0; goto read_in_place
  :: else
  fi;
#endif
  read_data(b);
  check_read(b, low, word0, word1);
  /* For as long as the guard is open nothing changes. */
  assert(data0[b] == word0 && data1[b] == word1);
  readers[b]--;
  goto forget;

read_replica:
  kept = present[AT(me, b)];
fetch:
#ifdef GUIDED /* towards what a search of everything does not reach: the two readers register under a first and under a later write, and one gives up when refused */
end_of_guidance:
  if
  :: me == FAR + 1 && done == 1 && writer[b] != 0 && version[b] == 0
  :: me == FAR + 2 && writer[b] != 0 && version[b] != 0
  :: me == FAR + 1 && done != 1
  fi;
#endif
  load_stamp_and_register(b, me);
  look_at_entry(b, me);
#ifdef GUIDED
  if
  :: !taken && me == FAR + 1 -> goto finished
  :: else
  fi;
#endif
  if
  :: !taken -> UNHELD(b); goto fetch
  :: else -> taken = 0
  fi;
  if
  :: kept && copy_version[AT(me, b)] == seen_version -> word0 = copy0[AT(me, b)]; word1 = copy1[AT(me, b)]
  :: else -> kept = 0; present[AT(me, b)] = 0; read_data(b)
  fi;
  load_stamp_late(me);
  atomic {
    if
    :: !STILL_VALID -> goto fetch
    :: else -> keep_copy(b, me)
    fi
  }
  check_read(b, low, word0, word1);
forget:
  skip;
  d_step {
    kind = 0; b = 0; low = 0; k = 0; seen_lock = 0; seen_writer = 0; seen_version = 0; seen_mark = 0; word0 = 0; word1 = 0;
    kept = 0; m = 0;
    do
    :: m < MARKS -> shared[m] = 0; m++
    :: else -> m = 0; break
    od
  }
  goto next_operation;
finished:
  skip
}

init {
  byte i, j;
  atomic {
    i = 0;
    do
    :: i < BLOCKS ->
       j = 1;
       do
       :: j <= MOST_WRITES -> SECOND(i, j) = UNKNOWN; j++
       :: else -> break
       od;
       i++
    :: else -> break
    od;
    i = 0;
    do
    :: i < FAR ->
       run far(i);
       j = 0;
       do
       :: j < BLOCKS -> run release(i, j); j++
       :: else -> break
       od;
       i++
    :: else -> break
    od;
    do
    :: i < RANKS -> run near(i, i == FAR); i++
    :: else -> break
    od;
    i = 0; j = 0
  }
}
