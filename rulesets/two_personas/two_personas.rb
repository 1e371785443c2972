# Two lives that never meet: each has its own port, its own guards, and relays in countries that the
# other does not use. The user name given to the proxy chooses too.
ruleset "two-personas" do
  network "commons" do
    open_to :anyone
  end

  { "day" => 1081, "night" => 1082 }.each do |persona, port|
    tunnel persona, over: "commons" do
      entry { socks port: }
      relay 3 do
        if persona == "day"
          only { country.in? %w[DE FR NL] }
        else
          only { country.in? %w[CA JP US] }
        end
        distinct :operator, :family
        guard    keep: 60.days, count: 1
      end
      isolate by: %i[user destination]
      rotate  every: 5.minutes
    end
  end

  routes do
    refuse do
      user != "" && user != "day" && user != "night"
    end
    to("day")   { entry == "day" && user != "night" || user == "day" }
    to("night") { entry == "night" && user != "day" || user == "night" }
  end

  expect do
    flow("https://example.org", entry: "day").uses "day"
    flow("https://example.org", entry: "night").uses "night"
    flow("https://example.org", entry: "day", user: "night").uses "night"
    flow("https://example.org", entry: "day", user: "nobody").refused
    flow("https://example.org").refused
  end
end
