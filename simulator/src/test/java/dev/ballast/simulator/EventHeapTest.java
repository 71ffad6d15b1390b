package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

class EventHeapTest {
  private record Event(long nanos, int event) {}

  @Test
  void shouldGiveTheEarliestFirstWhateverIsAddedBetween() {
    var heap = new EventHeap();
    var expected = new PriorityQueue<>(Comparator.comparingLong(Event::nanos));
    var chance = new Chance(1, 1);
    for (int step = 0; step < 200_000; step++) {
      if (expected.isEmpty() || chance.below(100) < 51) {
        var event = new Event((long) chance.below(1_000_000) * 1_000_000 + step, step);
        heap.add(event.nanos, event.event);
        expected.add(event);
      } else {
        assertThat(heap.firstNanos()).isEqualTo(expected.element().nanos);
        assertThat(heap.removeFirst()).isEqualTo(expected.remove().event);
      }
      assertThat(heap.size()).isEqualTo(expected.size());
    }
  }
}
