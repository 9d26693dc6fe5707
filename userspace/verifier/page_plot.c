// SPDX-License-Identifier: MIT
/* Pages: the states of the fleet over time, a row of a plot for each, and in words. */
#include "history.h"
#include "page.h"

#define LEFT 110 /* of the plot; all in units of its viewBox */
#define STEP 6
#define ROW 48
#define HEIGHT 36 /* of the highest value in a row */
#define RIGHT 70
#define TOP 8
#define BOTTOM 26
#define WORDS 12 /* rows of the table */

static unsigned long long at(const json_t *row, size_t i)
{
	return (unsigned long long)json_integer_value(json_array_get(row, i));
}

static unsigned long long most_of(const json_t *row, size_t from, size_t to)
{
	unsigned long long most = 0;

	for (; from < to; from++) {
		if (at(row, from) > most)
			most = at(row, from);
	}
	return most;
}

/* One device of thousands is still seen. */
static unsigned int height(unsigned long long n, unsigned long long most)
{
	unsigned int y = most ? (unsigned int)(n * HEIGHT / most) : 0;

	return n && y < 2 ? 2 : y;
}

static void area(struct html *h, const char *state, const json_t *row,
		 unsigned int base)
{
	const size_t n = json_array_size(row);
	const unsigned long long most = most_of(row, 0, n);
	size_t i = 0;

	while (i < n && json_is_null(json_array_get(row, i)))
		i++;
	html(h,
	     "<text x=\"0\" y=\"%u\">%s</text>\n"
	     "<text x=\"%u\" y=\"%u\">%llu</text>\n"
	     "<path class=\"axis\" d=\"M%u %uh%u\"/>\n"
	     "<path class=\"%s\" d=\"M%u %u",
	     base - 4, state, (unsigned int)(LEFT + n * STEP + 8), base - 4,
	     most, (unsigned int)LEFT, base, (unsigned int)(n * STEP), state,
	     (unsigned int)(LEFT + i * STEP), base);
	for (; i < n; i++)
		html(h, "V%uh%u", base - height(at(row, i), most),
		     (unsigned int)STEP);
	html(h, "V%uz\"/>\n", base);
}

/* As "90 min ago", in hours where they are whole ones. */
static void ago(struct html *h, unsigned long long minutes)
{
	if (minutes && minutes % 60 == 0)
		html(h, "%llu h ago", minutes / 60);
	else
		html(h, "%llu min ago", minutes);
}

static void hour_marks(struct html *h, unsigned int hours, unsigned int y)
{
	static const char *const end[] = { "start", "middle", "middle",
					   "middle" };
	const unsigned int width = STEP * HISTORY_STEPS;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		html(h, "<text x=\"%u\" y=\"%u\" text-anchor=\"%s\">",
		     LEFT + i * width / 4, y, end[i]);
		ago(h, hours * 15ull * (4 - i));
		html(h, "</text>\n");
	}
	html(h, "<text x=\"%u\" y=\"%u\" text-anchor=\"end\">now</text>\n",
	     LEFT + width, y);
}

static void words(struct html *h, const json_t *history, unsigned int hours)
{
	const json_t *states = json_object_get(history, "states"), *row;
	const size_t n = json_array_size(json_object_get(states, "new"));
	const unsigned long long step = page_number(history, "step_ms");
	size_t i, k;

	html(h,
	     "<details>\n<summary>The plot as a table</summary>\n"
	     "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
	     "aria-labelledby=\"numbers\">\n<table>\n"
	     "<caption id=\"numbers\">The most devices in each state at one moment of each "
	     "time</caption>\n<thead><tr><th scope=\"col\">Until</th>");
	for (i = 0; i < DEVICE_STATES; i++)
		html(h, "<th scope=\"col\">%s</th>", device_state_name(i));
	html(h, "</tr></thead>\n<tbody>\n");
	for (k = n; k >= n / WORDS && k; k -= n / WORDS) {
		html(h, "<tr><th scope=\"row\">");
		ago(h, (n - k) * step / 60000);
		html(h, "</th>");
		for (i = 0; i < DEVICE_STATES; i++) {
			row = json_object_get(states, device_state_name(i));
			if (json_is_null(json_array_get(row, k - 1)))
				html(h, "<td>not known</td>");
			else
				html(h, "<td>%llu</td>",
				     most_of(row, k - n / WORDS, k));
		}
		html(h, "</tr>\n");
	}
	html(h,
	     "</tbody>\n</table>\n</div>\n<p><a href=\"/v1/history?hours=%u\">"
	     "All of it as JSON</a></p>\n</details>\n",
	     hours);
}

/**
 * page_plot() - how many devices were in each state, as a figure
 * @h: is added to
 * @history: history_json(); NULL: it cannot be told
 * @hours: how long it is
 */
void page_plot(struct html *h, const json_t *history, unsigned int hours)
{
	static const enum device_state order[] = {
		DEVICE_UNTRUSTED, DEVICE_UNKNOWN, DEVICE_UNREACHABLE,
		DEVICE_NEW,	  DEVICE_TRUSTED,
	};
	const json_t *states = json_object_get(history, "states");
	const unsigned int bottom = TOP + DEVICE_STATES * ROW;
	const char *name;
	size_t i;

	html(h, "<section aria-labelledby=\"plot\">\n"
		"<h2 id=\"plot\">States over time</h2>\n");
	if (!states) {
		html(h, "<p role=\"status\">The database cannot be read now; "
			"see the verifier's log.</p>\n</section>\n");
		return;
	}
	html(h,
	     "<figure>\n<svg viewBox=\"0 0 %u %u\" role=\"img\" "
	     "aria-labelledby=\"plot-title plot-what\">\n"
	     "<title id=\"plot-title\">Devices in each state over the last "
	     "%u hours</title>\n<desc id=\"plot-what\">A row for each state, "
	     "to a scale of its own; the number is the highest. The table "
	     "below has more of them.</desc>\n",
	     LEFT + HISTORY_STEPS * STEP + RIGHT, bottom + BOTTOM, hours);
	for (i = 0; i < DEVICE_STATES; i++) {
		name = device_state_name(order[i]);
		area(h, name, json_object_get(states, name),
		     TOP + (unsigned int)(i + 1) * ROW);
	}
	hour_marks(h, hours, bottom + 18);
	html(h,
	     "</svg>\n<figcaption>Each state to a scale of its own, over %u "
	     "hours; the number is the highest.</figcaption>\n"
	     "</figure>\n",
	     hours);
	words(h, history, hours);
	html(h, "</section>\n");
}
