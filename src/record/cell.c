/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "record/cell.h"

void cell_row(struct csv_row *r, const struct planned *p, const struct metric *m)
{
	unsigned first = r->table->cell, at = first - r->table->first;

	csv_row_text(r, first + CELL_BENCHMARK, p->cell.bench->name);
	for (unsigned a = 0; a < AXES; a++) {
		char *number = r->number[at + schema_axis(a)];

		csv_row_text(r, first + schema_axis(a),
			     axis_text(&p->cell, a, number, sizeof r->number[0]));
	}
	csv_row_text(r, first + CELL_FILESYSTEM, p->filesystem);
	csv_row_text(r, first + CELL_METRIC, m->name);
	csv_row_text(r, first + CELL_UNIT, m->unit);
	csv_row_text(r, first + CELL_KIND, schema_kind(m->kind));
}

const char *cell_relation(const struct planned *p)
{
	const char *word = p->cell.place;

	if (p->cell.part->roles < 2)
		return "";
	if (p->place.name[0] ? p->place.os[0] == p->place.os[1] : word && !strcmp(word, "same"))
		return "same";
	return "all";
}
