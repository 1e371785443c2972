package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.control.CheckReport.Finding;
import org.wormholes.runtime.control.ScriptChecker.CheckRequest;
import org.wormholes.runtime.control.ScriptChecker.Checked;

final class EngineCheckerTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeSoundScript() throws IOException {
    file = folder.resolve("web.rb");
    write("relay 3");
  }

  private void write(String line) throws IOException {
    Files.writeString(
        file,
        """
        ruleset "web" do
          network "commons" do
            open_to :anyone
          end
          tunnel "web" do
            entry { socks }
            %s
          end
        end
        """
            .formatted(line));
  }

  private Checked check(boolean strict) throws IOException {
    return new EngineChecker().check(new CheckRequest("web.rb", folder.toString(), strict, false));
  }

  @Test
  void findsAScriptByTheNameItWasGiven() throws IOException {
    Checked checked = check(false);

    assertThat(checked.report().sound()).isTrue();
    assertThat(checked.report().name()).contains("web");
    assertThat(checked.text()).singleElement().asString().startsWith("ok  web.rb: web 1.0 (");
  }

  @Test
  void saysWhatTheCommandLineSays() throws IOException {
    write("relay 30");

    Checked checked = check(false);

    assertThat(checked.report().sound()).isFalse();
    assertThat(checked.report().digest()).isEmpty();
    Finding first = checked.report().problems().getFirst();
    assertThat(first.file()).isEqualTo("web.rb");
    assertThat(first.line()).isEqualTo(7);
    ScriptCheck here = ScriptCheck.of(new ScriptOption().read(file), file.toString(), false);
    assertThat(first.message()).isEqualTo(here.report().problems().getFirst().message());
  }

  @Test
  void runsNoRuby() throws IOException {
    write("`touch proof`");

    assertThatThrownBy(() -> check(false))
        .isInstanceOf(IOException.class)
        .hasMessage("web.rb needs full Ruby");
    assertThat(folder.resolve("proof")).doesNotExist();
  }

  @Test
  void refusesWhatIsNotThereAndFoldersWithoutARoot() {
    assertThatThrownBy(() ->
            new EngineChecker().check(new CheckRequest("no.rb", folder.toString(), false, false)))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("no.rb");
    assertThatThrownBy(
            () -> new EngineChecker().check(new CheckRequest("web.rb", "here", false, false)))
        .isInstanceOf(IOException.class)
        .hasMessage("the folder must be an absolute path");
  }
}
