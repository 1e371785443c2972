# Relays by country: never in some, and no two of a path in the same one.
NEVER  = %w[CN IR KP RU]
NORDIC = %w[DK FI IS NO SE]

ruleset "by-country" do
  network "commons" do
    open_to :anyone
  end

  tunnel "nordic", over: "commons" do
    entry { http port: 8080 }
    relay 3 do
      only     { country.in?(NORDIC) || friend? }
      distinct :operator
    end
  end

  tunnel "world", over: "commons" do
    entry { http port: 8081 }
    relay 4 do
      # A relay that does not say where it stands has the country "".
      only     { country != "" && NEVER.none? { country == _1 } }
      distinct :country, :operator
      prefer   { uptime.clamp(1.hour, 30.days) / 1.hour }
    end
  end

  routes do
    to("nordic") { entry == "nordic" }
    to("world")  { entry == "world" }
  end

  expect { flow("https://example.org", entry: "nordic").uses "nordic" }
  expect { flow("https://example.org", entry: "world").uses "world" }
  expect { flow("https://example.org").refused }
end
