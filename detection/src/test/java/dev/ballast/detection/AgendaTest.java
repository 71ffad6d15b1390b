package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgendaTest {
  private static Watched<Integer> watched(int number) {
    var settings = Times.every(Duration.ofSeconds(1));
    return new Watched<>(number, new Watch(settings, Watched.Known.NOTHING, 0, new Random(1)));
  }

  /** Times lie on both sides of where a nanosecond clock overflows. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldAlwaysKnowWhoComesFirst(long seed) {
    var random = new Random(seed);
    var agenda = new Agenda<Integer>();
    var all = new ArrayList<Watched<Integer>>();
    for (int step = 0; step < 3_000; step++) {
      int choice = random.nextInt(10);
      if (all.isEmpty() || choice < 3) {
        var who = watched(step);
        all.add(who);
        agenda.put(who, Long.MAX_VALUE - 5_000 + random.nextInt(10_000));
      } else if (choice < 5) {
        agenda.remove(all.remove(random.nextInt(all.size())));
      } else if (choice < 9) {
        var who = all.get(random.nextInt(all.size()));
        agenda.put(who, Long.MAX_VALUE - 5_000 + random.nextInt(10_000));
      } else {
        agenda.renew(_ -> Long.MAX_VALUE - 5_000 + random.nextInt(10_000));
      }
      assertThat(agenda.size()).isEqualTo(all.size());
      if (!all.isEmpty()) {
        long first =
            all.stream().map(who -> who.at - Long.MAX_VALUE).min(Comparator.naturalOrder()).get();
        assertThat(agenda.first().at - Long.MAX_VALUE).isEqualTo(first);
      }
    }
  }
}
