package org.wormholes.spec.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.wormholes.runtime.control.ApplyReport;
import org.wormholes.runtime.control.CheckReport;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.control.InvitationView;
import org.wormholes.runtime.control.NetworkApi;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.RingApi;
import org.wormholes.runtime.control.RingCastView;
import org.wormholes.runtime.control.RingLookupView;
import org.wormholes.runtime.control.RingPingView;
import org.wormholes.runtime.control.ScriptChecker;
import org.wormholes.runtime.control.TableApi;
import org.wormholes.runtime.control.TableRecordView;
import org.wormholes.runtime.control.WhyView;
import org.wormholes.runtime.json.Json;

/// `control-api.yaml` says what the engine says: every route, every key, every word of an enum.
final class ControlSchemaTest {
  private static final Path SCHEMA = Path.of("control-api.yaml");
  private static final Pattern PATH = Pattern.compile("  (/v1/[a-z]+):");
  private static final Pattern METHOD = Pattern.compile("    (get|post|put|delete):");
  private static final Pattern TYPE = Pattern.compile("    ([A-Za-z]+):");
  private static final Pattern REQUIRED = Pattern.compile("      required: \\[(.*)\\]");
  private static final Pattern PROPERTY = Pattern.compile("        ([a-z_]+): \\{(.*)\\}");
  private static final Pattern ENUM = Pattern.compile("enum: \\[([^]]*)\\]");

  private static final List<Class<? extends Record>> ROOTS =
      List.of(
          EngineStatus.class,
          EngineEvent.class,
          Plan.class,
          ApplyReport.class,
          Explanation.class,
          ControlApi.NodeList.class,
          ControlApi.TunnelList.class,
          ControlApi.CircuitList.class,
          ControlApi.Stopping.class,
          ControlApi.Failure.class,
          ScriptChecker.CheckRequest.class,
          CheckReport.class,
          ControlApi.PlanRequest.class,
          ControlApi.ApplyRequest.class,
          ControlApi.RollbackRequest.class,
          ControlApi.HistoryList.class,
          ControlApi.KeptRuleset.class,
          ControlApi.ExplainRequest.class,
          ControlApi.FactsRequest.class,
          ControlApi.FactList.class,
          ControlApi.IdentityRequest.class,
          ControlApi.IdentityList.class,
          ControlApi.ProxyRequest.class,
          ControlApi.ProxyAddress.class,
          NetworkApi.NetworkList.class,
          NetworkApi.CreateRequest.class,
          NetworkApi.InviteRequest.class,
          NetworkApi.JoinRequest.class,
          NetworkApi.MemberList.class,
          NetworkApi.PeerList.class,
          WhyView.class,
          NetworkApi.RevokeRequest.class,
          NetworkApi.FriendRequest.class,
          RingApi.RingList.class,
          RingApi.RingRequest.class,
          RingApi.LookupRequest.class,
          RingApi.PingRequest.class,
          RingApi.CastRequest.class,
          RingLookupView.class,
          RingPingView.class,
          RingCastView.class,
          TableApi.TableList.class,
          TableApi.WriteRequest.class,
          TableApi.ReadRequest.class,
          TableApi.KeysRequest.class,
          TableApi.KeyList.class,
          TableRecordView.class,
          InvitationView.class);

  /// A type as the schema has it: its properties with their text, and which are required.
  private record Described(Map<String, String> properties, Set<String> required) {
    Described() {
      this(new LinkedHashMap<>(), new LinkedHashSet<>());
    }
  }

  @Test
  void namesEveryRouteAndNoOther() throws IOException {
    List<String> routes = new ArrayList<>();
    String path = "";
    for (String line : Files.readAllLines(SCHEMA)) {
      Matcher isPath = PATH.matcher(line);
      Matcher isMethod = METHOD.matcher(line);
      if (isPath.matches()) {
        path = isPath.group(1);
      } else if (isMethod.matches()) {
        routes.add(isMethod.group(1).toUpperCase(Locale.ROOT) + " " + path);
      }
    }

    assertThat(routes).containsExactlyInAnyOrderElementsOf(ControlApi.ROUTES);
  }

  @Test
  void describesEveryKeyThatIsWritten() throws IOException {
    Map<String, Described> schema = schema();
    for (Class<? extends Record> type : types()) {
      Described described = schema.getOrDefault(type.getSimpleName(), new Described());
      assertThat(described.properties().keySet())
          .as("keys of " + type.getSimpleName())
          .containsExactlyElementsOf(Json.keys(type));
      assertThat(described.required())
          .as("required keys of " + type.getSimpleName())
          .isEqualTo(alwaysWritten(type));
    }
  }

  @Test
  void describesNothingThatIsNeverWritten() throws IOException {
    assertThat(schema().keySet())
        .containsExactlyInAnyOrderElementsOf(types().stream().map(Class::getSimpleName).toList());
  }

  @Test
  void listsEveryWordOfEveryEnum() throws IOException {
    Map<String, Described> schema = schema();
    int seen = 0;
    for (Class<? extends Record> type : types()) {
      RecordComponent[] components = type.getRecordComponents();
      for (int i = 0; i < components.length; i++) {
        if (components[i].getType().isEnum()) {
          String key = Json.keys(type).get(i);
          Described described = schema.getOrDefault(type.getSimpleName(), new Described());
          assertThat(words(described.properties().getOrDefault(key, "")))
              .as(type.getSimpleName() + "." + key)
              .containsExactlyElementsOf(constants(components[i].getType()));
          seen++;
        }
      }
    }
    assertThat(seen).isGreaterThanOrEqualTo(4);
  }

  private static List<String> constants(Class<?> type) {
    return Stream.of(type.getEnumConstants())
        .map(it -> ((Enum<?>) it).name().toLowerCase(Locale.ROOT))
        .toList();
  }

  private static List<String> words(String property) {
    Matcher matcher = ENUM.matcher(property);
    return matcher.find() ? commaSeparated(matcher.group(1)) : List.of();
  }

  private static Set<String> alwaysWritten(Class<? extends Record> type) {
    Set<String> keys = new LinkedHashSet<>();
    RecordComponent[] components = type.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      Class<?> raw = components[i].getType();
      if (raw != Optional.class && raw != OptionalDouble.class) {
        keys.add(Json.keys(type).get(i));
      }
    }
    return keys;
  }

  /// Every record that can be met inside an answer.
  private static Set<Class<? extends Record>> types() {
    Set<Class<? extends Record>> types = new LinkedHashSet<>();
    ROOTS.forEach(root -> collect(root, types));
    return types;
  }

  private static void collect(Type type, Set<Class<? extends Record>> types) {
    if (type instanceof ParameterizedType parameterized) {
      Stream.of(parameterized.getActualTypeArguments()).forEach(each -> collect(each, types));
    } else if (type instanceof Class<?> raw
        && raw.isRecord()
        && types.add(raw.asSubclass(Record.class))) {
      Stream.of(raw.getRecordComponents()).forEach(each -> collect(each.getGenericType(), types));
    }
  }

  /// Reads the part of YAML that the file uses: two spaces a level, properties on one line each.
  private static Map<String, Described> schema() throws IOException {
    Map<String, Described> schema = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(SCHEMA);
    Described type = new Described();
    for (String line : lines.subList(lines.indexOf("  schemas:") + 1, lines.size())) {
      Matcher isType = TYPE.matcher(line);
      Matcher isRequired = REQUIRED.matcher(line);
      Matcher isProperty = PROPERTY.matcher(line);
      if (isType.matches()) {
        type = new Described();
        schema.put(isType.group(1), type);
      } else if (isRequired.matches()) {
        type.required().addAll(commaSeparated(isRequired.group(1)));
      } else if (isProperty.matches()) {
        type.properties().put(isProperty.group(1), isProperty.group(2));
      } else {
        assertThat(line.strip()).isIn("type: object", "properties:");
      }
    }
    return schema;
  }

  private static List<String> commaSeparated(String text) {
    return Stream.of(text.split(",", -1))
        .map(String::strip)
        .filter(each -> !each.isEmpty())
        .toList();
  }
}
