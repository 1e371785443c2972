package org.wormholes.rules.expr;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;

/// Compiles trees to hidden classes, one a tree.
///
/// Facts, sets and patterns are class data, which the JIT sees as constants. What is more than a
/// few instructions is a call of the very method the interpreter uses ([Total], the sets), so the
/// two cannot drift apart.
final class Bytecode {
  /// The largest tree that is compiled: the JIT leaves methods of more than 8,000 bytes alone, and
  /// a node takes about 15.
  static final int MAX_NODES = 500;

  private static final ClassDesc FACTS = describe(FactSource.class);
  private static final ClassDesc TOTAL = describe(Total.class);
  private static final ClassDesc ADDRESS = describe(Address.class);
  private static final ClassDesc STRING = ConstantDescs.CD_String;
  private static final ClassDesc YES_NO = ConstantDescs.CD_boolean;
  private static final ClassDesc DOUBLE = ConstantDescs.CD_double;
  private static final DirectMethodHandleDesc CLASS_DATA_AT =
      ConstantDescs.ofConstantBootstrap(
          describe(MethodHandles.class),
          "classDataAt",
          ConstantDescs.CD_Object,
          ConstantDescs.CD_int);

  private final CodeBuilder code;
  private final List<Object> data;

  private Bytecode(CodeBuilder code, List<Object> data) {
    this.code = code;
    this.data = data;
  }

  static boolean fits(Expr expr) {
    return Cost.nodes(expr, Expr.MAX_DEPTH) <= MAX_NODES;
  }

  static Predicate predicate(Expr condition) {
    return define(condition, Predicate.class, "test", YES_NO);
  }

  static Score score(Expr score) {
    return define(score, Score.class, "of", DOUBLE);
  }

  private static <T> T define(Expr expr, Class<T> as, String method, ClassDesc result) {
    List<Object> data = new ArrayList<>();
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of("org.wormholes.rules.expr.Compiled"),
                type ->
                    type.withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC)
                        .withInterfaceSymbols(describe(as))
                        .withMethodBody(
                            ConstantDescs.INIT_NAME,
                            ConstantDescs.MTD_void,
                            ClassFile.ACC_PRIVATE,
                            Bytecode::constructor)
                        .withMethodBody(
                            method,
                            MethodTypeDesc.of(result, FACTS),
                            ClassFile.ACC_PUBLIC,
                            code -> new Bytecode(code, data).body(expr, result)));
    try {
      Constructor<?> constructor =
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(bytes, data, false)
              .lookupClass()
              .getDeclaredConstructor();
      constructor.setAccessible(true);
      return as.cast(constructor.newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("defining a class for " + expr, e);
    }
  }

  private static void constructor(CodeBuilder code) {
    code.aload(0)
        .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
        .return_();
  }

  private void body(Expr expr, ClassDesc result) {
    value(expr);
    boolean counts = result.equals(DOUBLE) && TypeChecker.known(expr) == Type.YES_NO;
    if (counts) {
      code.i2d();
    }
    code.return_(result.equals(DOUBLE) ? TypeKind.DOUBLE : TypeKind.BOOLEAN);
  }

  /// Leaves the value on the stack: an int of 0 or 1, a double, a String or an Address.
  private void value(Expr expr) {
    switch (expr) {
      case Expr.YesNo(boolean value) -> code.loadConstant(value ? 1 : 0);
      case Expr.Quantity(_, double value) -> code.loadConstant(value);
      case Expr.Text(String value) -> constant(value, STRING);
      case Expr.Time(int secondOfDay) -> code.loadConstant((double) secondOfDay);
      case Expr.AddressLiteral(Address value) -> constant(value, ADDRESS);
      case Expr.FactRef(Fact fact) -> fact(fact);
      case Expr.FactOf(Fact fact, String of) -> fact(fact, of);
      case Expr.Not(Expr value) -> {
        value(value);
        code.iconst_1().ixor();
      }
      case Expr.And(List<Expr> all) -> join(all, Opcode.IFEQ);
      case Expr.Or(List<Expr> any) -> join(any, Opcode.IFNE);
      case Expr.Choose choose -> choose(choose);
      case Expr.Compare compare -> compare(compare);
      case Expr.Arithmetic arithmetic -> arithmetic(arithmetic);
      case Expr.Between between -> between(between);
      case Expr.TimeWindow window -> window(window);
      case Expr.Member member -> member(member);
      case Expr.Matches(Expr text, Regex pattern) -> {
        constant(pattern, describe(Regex.class));
        value(text);
        call(Regex.class, "isFoundIn", YES_NO, STRING);
      }
      case Expr.TextTest test -> test(test);
      case Expr.Length(Expr text) -> {
        value(text);
        code.invokevirtual(STRING, "length", MethodTypeDesc.of(ConstantDescs.CD_int)).i2d();
      }
      case Expr.ByteSize(Expr text) -> {
        value(text);
        total("byteSize", DOUBLE, STRING);
      }
      case Expr.Downcase(Expr text) -> {
        value(text);
        total("downcase", STRING, STRING);
      }
      case Expr.AddressTest(AddressKind kind, Expr address) -> {
        constant(kind, describe(AddressKind.class));
        value(address);
        call(AddressKind.class, "has", YES_NO, ADDRESS);
      }
    }
  }

  private void fact(Fact fact) {
    code.aload(1);
    constant(fact, describe(Fact.class));
    code.invokeinterface(
        FACTS, accessor(fact), MethodTypeDesc.of(describe(fact.type()), describe(Fact.class)));
  }

  private void fact(Fact fact, String of) {
    code.aload(1);
    constant(fact, describe(Fact.class));
    constant(of, STRING);
    code.invokeinterface(
        FACTS,
        accessor(fact),
        MethodTypeDesc.of(describe(fact.type()), describe(Fact.class), STRING));
  }

  private static String accessor(Fact fact) {
    return switch (fact.type()) {
      case YES_NO -> "yesNo";
      case NUMBER, DURATION, SIZE, RATE, TIME -> "quantity";
      case TEXT -> "text";
      case ADDRESS -> "address";
    };
  }

  /// `settles` jumps where one part settles the whole.
  private void join(List<Expr> parts, Opcode settles) {
    var settled = code.newLabel();
    var end = code.newLabel();
    for (Expr part : parts) {
      value(part);
      code.branch(settles, settled);
    }
    boolean whenSettled = settles == Opcode.IFNE;
    code.loadConstant(whenSettled ? 0 : 1)
        .goto_(end)
        .labelBinding(settled)
        .loadConstant(whenSettled ? 1 : 0)
        .labelBinding(end);
  }

  private void choose(Expr.Choose choose) {
    var otherwise = code.newLabel();
    var end = code.newLabel();
    value(choose.condition());
    code.ifeq(otherwise);
    value(choose.then());
    code.goto_(end).labelBinding(otherwise);
    value(choose.otherwise());
    code.labelBinding(end);
  }

  private void compare(Expr.Compare compare) {
    value(compare.left());
    value(compare.right());
    boolean equal = compare.operator() == Expr.Comparison.EQUAL;
    switch (TypeChecker.known(compare.left())) {
      case YES_NO -> {
        code.ixor();
        negateIf(equal);
      }
      case TEXT -> {
        code.invokevirtual(STRING, "equals", MethodTypeDesc.of(YES_NO, ConstantDescs.CD_Object));
        negateIf(!equal);
      }
      case ADDRESS -> {
        total("same", YES_NO, ADDRESS, ADDRESS);
        negateIf(!equal);
      }
      case NUMBER, DURATION, SIZE, RATE, TIME -> order(compare.operator());
    }
  }

  private void negateIf(boolean negated) {
    if (negated) {
      code.iconst_1().ixor();
    }
  }

  /// Compares the two doubles on the stack; neither is ever NaN.
  private void order(Expr.Comparison operator) {
    Opcode jump =
        switch (operator) {
          case LESS -> Opcode.IFLT;
          case AT_MOST -> Opcode.IFLE;
          case MORE -> Opcode.IFGT;
          case AT_LEAST -> Opcode.IFGE;
          case EQUAL -> Opcode.IFEQ;
          case NOT_EQUAL -> Opcode.IFNE;
        };
    code.dcmpl();
    var yes = code.newLabel();
    var end = code.newLabel();
    code.branch(jump, yes).iconst_0().goto_(end).labelBinding(yes).iconst_1().labelBinding(end);
  }

  private void arithmetic(Expr.Arithmetic arithmetic) {
    value(arithmetic.left());
    value(arithmetic.right());
    switch (arithmetic.operator()) {
      case ADD -> total("add", DOUBLE, DOUBLE, DOUBLE);
      case SUBTRACT -> total("subtract", DOUBLE, DOUBLE, DOUBLE);
      case MULTIPLY -> total("multiply", DOUBLE, DOUBLE, DOUBLE);
      case DIVIDE -> total("divide", DOUBLE, DOUBLE, DOUBLE);
      case REMAINDER -> total("remainder", DOUBLE, DOUBLE, DOUBLE);
      case MINIMUM -> total("minimum", DOUBLE, DOUBLE, DOUBLE);
      case MAXIMUM -> total("maximum", DOUBLE, DOUBLE, DOUBLE);
    }
  }

  private void between(Expr.Between between) {
    value(between.value());
    value(between.low());
    value(between.high());
    code.loadConstant(between.includesHigh() ? 1 : 0);
    total("isBetween", YES_NO, DOUBLE, DOUBLE, DOUBLE, YES_NO);
  }

  private void window(Expr.TimeWindow window) {
    value(window.value());
    code.loadConstant(window.from())
        .loadConstant(window.to())
        .loadConstant(window.includesEnd() ? 1 : 0);
    total("isWithin", YES_NO, DOUBLE, ConstantDescs.CD_int, ConstantDescs.CD_int, YES_NO);
  }

  private void member(Expr.Member member) {
    Class<?> set = member.members().getClass();
    constant(member.members(), describe(set));
    value(member.value());
    call(set, "contains", YES_NO, describe(member.members().type()));
  }

  private void test(Expr.TextTest test) {
    value(test.text());
    value(test.part());
    switch (test.question()) {
      case STARTS_WITH ->
          code.invokevirtual(STRING, "startsWith", MethodTypeDesc.of(YES_NO, STRING));
      case ENDS_WITH -> code.invokevirtual(STRING, "endsWith", MethodTypeDesc.of(YES_NO, STRING));
      case CONTAINS ->
          code.invokevirtual(
              STRING, "contains", MethodTypeDesc.of(YES_NO, describe(CharSequence.class)));
    }
  }

  private void constant(Object value, ClassDesc type) {
    code.loadConstant(
        DynamicConstantDesc.ofNamed(CLASS_DATA_AT, ConstantDescs.DEFAULT_NAME, type, data.size()));
    data.add(value);
  }

  private void call(Class<?> owner, String method, ClassDesc result, ClassDesc... parameters) {
    code.invokevirtual(describe(owner), method, MethodTypeDesc.of(result, parameters));
  }

  private void total(String method, ClassDesc result, ClassDesc... parameters) {
    code.invokestatic(TOTAL, method, MethodTypeDesc.of(result, parameters));
  }

  private static ClassDesc describe(Type type) {
    return switch (type) {
      case YES_NO -> YES_NO;
      case NUMBER, DURATION, SIZE, RATE, TIME -> DOUBLE;
      case TEXT -> STRING;
      case ADDRESS -> ADDRESS;
    };
  }

  private static ClassDesc describe(Class<?> type) {
    return ClassDesc.ofDescriptor(type.descriptorString());
  }
}
