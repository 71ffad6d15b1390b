package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadMetricsTest {
  private static int read(String line) {
    byte[] bytes = ("x: y\r\n" + line + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    return LoadMetrics.inTrailer(bytes, 6, bytes.length - 6);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TEXT cpu_utilization=0.3 | 300",
        "TEXT cpu_utilization = 0.3 , mem_utilization=0.8 | 300",
        "TEXT mem_utilization=0.8,cpu_utilization=1 | 1000",
        "TEXT cpu_utilization=0.3,application_utilization=0.71 | 710",
        "TEXT application_utilization=0,cpu_utilization=0.2 | 1",
        "TEXT named_metrics.cpu_utilization=0.9,cpu_utilization=0.125 | 125",
        "TEXT cpu_utilization=1.25 | 1250",
        "TEXT cpu_utilization=0.12999 | 129",
        "TEXT cpu_utilization=0.0001 | 1",
        "TEXT cpu_utilization=.5 | 500",
        "TEXT cpu_utilization=7. | 7000",
        "TEXT cpu_utilization=99999999999999999999 | 100000",
        "cpu_utilization=0.3 | 300",
        "JSON {\"cpu_utilization\": 0.25} | 250",
        "JSON {\"cpu_utilization\":0.25,\"mem_utilization\":0.5} | 250",
        "JSON {\"cpuUtilization\":0.4, \"applicationUtilization\" : 0.6} | 600"
      })
  void shouldReadHowBusyABackendIs(String value, int thousandths) {
    assertThat(read("Endpoint-Load-Metrics: " + value)).isEqualTo(thousandths);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Endpoint-Load-Metrics: ",
        "Endpoint-Load-Metrics: TEXT",
        "Endpoint-Load-Metrics: TEXT cpu_utilization",
        "Endpoint-Load-Metrics: TEXT cpu_utilization=",
        "Endpoint-Load-Metrics: TEXT cpu_utilization=-0.3",
        "Endpoint-Load-Metrics: TEXT cpu_utilization=NaN",
        "Endpoint-Load-Metrics: TEXT cpu_utilization=3e-1",
        "Endpoint-Load-Metrics: TEXT cpu_utilization=0.3x",
        "Endpoint-Load-Metrics: TEXT mem_utilization=0.3",
        "Endpoint-Load-Metrics: TEXT not_cpu_utilization=0.3",
        "Endpoint-Load-Metrics-Bin: TEXT cpu_utilization=0.3",
        "Load-Metrics: TEXT cpu_utilization=0.3"
      })
  void shouldTakeNothingFromWhatItCannotRead(String line) {
    assertThat(read(line)).isEqualTo(LoadMetrics.NOTHING);
  }
}
